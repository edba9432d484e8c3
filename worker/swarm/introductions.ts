/**
 * Introductions: who is named to whom, and what two peers say to each other through the edge until they are linked.
 * In the backbone also over other objects of it. Pure; part of a shard.
 */
import type { Introduction } from '../../protocol/tracker.ts';
import { Across } from './across.ts';
import { type Beyond, isBackbone } from './backbone.ts';
import type { PeerRow } from './seat.ts';
import type { Seats } from './seats.ts';
import type { Announce, Relayed, Said, ShardConfig, SwarmWorld } from './world.ts';

/** Neighbours named in the welcome: the rest are met through these. */
export const WELCOME_NEIGHBOURS = 6;
/** The same in the backbone, where nobody is met through others. */
export const BACKBONE_NEIGHBOURS = 12;
/** Of those, who sit in other objects of the backbone. */
const LINKS_ACROSS = 3;
/** Offers of one announce that are passed on. */
const MOST_OFFERS = WELCOME_NEIGHBOURS * 4;

export class Introductions {
  readonly #world: Pick<SwarmWorld, 'random' | 'across'>;
  readonly #seats: Seats;
  readonly #infoHash: string;
  readonly #welcomed: number;
  readonly #across = new Across();

  constructor(
    world: Pick<SwarmWorld, 'random' | 'across'>,
    seats: Seats,
    { infoHash, shard }: Pick<ShardConfig, 'infoHash' | 'shard'>,
  ) {
    this.#world = world;
    this.#seats = seats;
    this.#infoHash = infoHash;
    this.#welcomed = isBackbone(shard) ? BACKBONE_NEIGHBOURS : WELCOME_NEIGHBOURS;
  }

  /** Who sits in the other objects of the backbone. */
  set beyond(named: Beyond[]) {
    this.#across.named = named;
  }

  /** Neighbours for a peer, some of them across; as many as in a welcome unless told. */
  neighboursOf(row: PeerRow, want = this.#welcomed, known: string[] = []): Introduction[] {
    const random = () => this.#world.random();
    const far = Math.min(LINKS_ACROSS, this.#across.size, want - 1);
    const near = this.#seats.choose(row, want - far, known, random);
    return [...near, ...this.#across.choose(want - near.length, known, random)];
  }

  /** Passes on the offers and the answer of an announce. */
  relay(row: PeerRow, message: Announce): void {
    const about = { action: 'announce', info_hash: this.#infoHash, peer_id: row.id } as const;
    for (const { offer, offer_id, to_peer_id } of (message.offers ?? []).slice(0, MOST_OFFERS)) {
      if (to_peer_id === undefined || to_peer_id === row.id) continue;
      this.#sendTo(to_peer_id, { ...about, offer, offer_id });
    }
    if (message.answer && message.to_peer_id !== undefined && message.offer_id !== undefined) {
      const { answer, offer_id, to_peer_id } = message;
      this.#sendTo(to_peer_id, { ...about, answer, offer_id });
    }
  }

  /** Passes on one ICE candidate. */
  relayCandidate(row: PeerRow, message: Said<'candidate'>): void {
    this.#sendTo(message.to_peer_id, {
      action: 'candidate',
      peer_id: row.id,
      offer_id: message.offer_id,
      candidate: message.candidate,
      mid: message.mid ?? null,
    });
  }

  /** A peer of another object of the backbone speaks to one of this. */
  deliver(id: string, message: Relayed, shard: string): void {
    const port = this.#seats.port(id);
    if (!port || message.peer_id === undefined) return;
    this.#across.met(message.peer_id, shard);
    port.send(message);
  }

  /** To a peer of this shard, or through another object of the backbone to one that sits there. */
  #sendTo(id: string, message: Relayed): void {
    const port = this.#seats.port(id);
    if (port) return port.send(message);
    const shard = this.#across.shardOf(id);
    if (shard !== undefined) this.#world.across(shard, id, message);
  }
}
