/**
 * The stock tracker (WebTorrent): announce with offers, relayed answers, scrape, for clients without a ticket.
 *
 * Follows bittorrent-tracker, except that at most MAX_OFFERS are relayed, the newest socket of a peer id wins,
 * `left: null` counts as incomplete, and an offer never goes back to its sender. Stock clients meet each other only:
 * a viewer's address is not shown to who holds no ticket.
 */
import { MAX_OFFERS } from '../../protocol/tracker.ts';
import { failure, STOCK_INTERVAL_S } from './outgoing.ts';
import { MAX_STOCK_PER_SOCKET, type StockPeer } from './seat.ts';
import type { Announce, Port } from './world.ts';

/** Most stock clients of one swarm: they may not crowd out viewers. */
export const MAX_STOCK = 1000;

interface Entry {
  peer: StockPeer;
  port: Port;
  at: number;
}

export class StockDesk {
  readonly #infoHash: string;
  readonly #random: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #list: Entry[] = [];
  #complete = 0;

  constructor(infoHash: string, random: () => number) {
    this.#infoHash = infoHash;
    this.#random = random;
  }

  get size(): number {
    return this.#list.length;
  }

  restore(port: Port): void {
    for (const peer of port.seat.stock) this.#add(peer, port);
  }

  gone(port: Port): void {
    for (const peer of port.seat.stock) {
      if (this.#entries.get(peer.id)?.port === port) this.#remove(peer.id);
    }
    port.seat.stock = [];
  }

  /** `viewers`: Shoal peers of this shard, who count as incomplete. */
  announce(port: Port, message: Announce, viewers: number): void {
    if (message.event === 'stopped') {
      this.#leave(port, message.peer_id);
      return this.reply(port, viewers);
    }
    const refusal = this.#enter(port, message.peer_id, message.left === 0);
    if (refusal !== undefined) return port.send(failure(refusal, message));
    const about = { action: 'announce', info_hash: this.#infoHash, peer_id: message.peer_id } as const;
    if (message.answer) {
      const to = this.#entries.get(message.to_peer_id ?? '');
      if (message.to_peer_id === undefined || message.offer_id === undefined) {
        return port.send(failure('an answer needs to_peer_id and offer_id', message));
      }
      return to?.port.send({ ...about, answer: message.answer, offer_id: message.offer_id });
    }
    this.reply(port, viewers);
    const offers = (message.offers ?? []).slice(0, MAX_OFFERS);
    const receivers = this.#some(offers.length, message.peer_id);
    receivers.forEach((receiver, i) => {
      const { offer, offer_id } = offers[i]!;
      receiver.port.send({ ...about, offer, offer_id });
    });
  }

  reply(port: Port, viewers: number): void {
    port.send({
      action: 'announce',
      info_hash: this.#infoHash,
      interval: STOCK_INTERVAL_S,
      complete: this.#complete,
      incomplete: this.size - this.#complete + viewers,
    });
  }

  /** Hashes of other swarms are answered with zeros, as stock trackers do; none asked for: this one. */
  scrape(port: Port, asked: string | string[] | undefined, viewers: number): void {
    const files: Record<string, { complete: number; incomplete: number; downloaded: number }> = {};
    const hashes = asked === undefined ? [this.#infoHash] : typeof asked === 'string' ? [asked] : asked;
    for (const hash of hashes.slice(0, 50)) {
      const mine = hash === this.#infoHash;
      files[hash] = {
        complete: mine ? this.#complete : 0,
        incomplete: mine ? this.size - this.#complete + viewers : 0,
        downloaded: mine ? this.#complete : 0,
      };
    }
    port.send({ action: 'scrape', files, flags: { min_request_interval: STOCK_INTERVAL_S } });
  }

  /** Undefined when the peer is in; otherwise why not. */
  #enter(port: Port, id: string, complete: boolean): string | undefined {
    const known = this.#entries.get(id);
    if (known && known.port === port) {
      if (complete && !known.peer.complete) {
        known.peer.complete = true;
        this.#complete++;
        port.save();
      }
      return undefined;
    }
    if (port.seat.stock.length >= MAX_STOCK_PER_SOCKET) {
      return `a socket may announce at most ${MAX_STOCK_PER_SOCKET} peer ids`;
    }
    if (!known && this.size >= MAX_STOCK) return 'the swarm is full';
    if (known) this.#leave(known.port, id);
    const peer = { id, complete };
    port.seat.stock.push(peer);
    port.save();
    this.#add(peer, port);
    return undefined;
  }

  #leave(port: Port, id: string): void {
    if (this.#entries.get(id)?.port !== port) return;
    port.seat.stock = port.seat.stock.filter((peer) => peer.id !== id);
    port.save();
    this.#remove(id);
  }

  #add(peer: StockPeer, port: Port): void {
    if (this.#entries.has(peer.id)) return;
    const entry = { peer, port, at: this.#list.length };
    this.#entries.set(peer.id, entry);
    this.#list.push(entry);
    if (peer.complete) this.#complete++;
  }

  #remove(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#entries.delete(id);
    const last = this.#list.pop()!;
    if (last !== entry) {
      this.#list[entry.at] = last;
      last.at = entry.at;
    }
    if (entry.peer.complete) this.#complete--;
  }

  /** Different peers at random, never the sender. */
  #some(count: number, sender: string): Entry[] {
    const start = Math.floor(this.#random() * this.size);
    if (this.size <= 4 * count) {
      const others = this.#list.filter((entry) => entry.peer.id !== sender);
      return others.map((_, i) => others[(start + i) % others.length]!).slice(0, count);
    }
    const chosen = new Set<Entry>();
    while (chosen.size < count) {
      const entry = this.#list[Math.floor(this.#random() * this.size)]!;
      if (entry.peer.id !== sender) chosen.add(entry);
    }
    return [...chosen];
  }
}
