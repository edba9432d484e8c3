/**
 * The links of this peer, from the first hello to the last goodbye. A link counts only when its peer has shown a
 * ticket and proved that it is its own; what comes before that, other than the handshake, is not read.
 */
import { fromBase64Url, fromHex, toHex } from '../../protocol/bytes.ts';
import type { Ticket } from '../../protocol/ticket.ts';
import type { Context } from './context.ts';
import { checkTicket, isExpired, NONCE_BYTES, proofMessage, type TicketRules } from './handshake.ts';
import { settle } from './maybe.ts';
import type { Message, MessageOf } from './message.ts';
import { Neighbour } from './neighbour.ts';
import type { Link, MeshEvent } from './seams.ts';

/** Messages that may wait while a signature is checked. */
const MAX_WAITING = 64;
/** Identities and peer ids that are remembered as banned. */
const MAX_BANNED = 1000;
const MAX_PENALTIES = 100;

export type Offence = Extract<MeshEvent, { type: 'offence' }>['why'];

export interface LinkEvents {
  onLinked(neighbour: Neighbour): void;
  onUnlinked(neighbour: Neighbour): void;
  onMessage(neighbour: Neighbour, message: Message): void;
  /** Room for one more? May close another link to make some. */
  makeRoom(link: Link): boolean;
}

export class Links {
  #context: Context;
  #events: LinkEvents;
  #all = new Map<string, Neighbour>();
  #rules: TicketRules;
  /** Until when, by identity and peer id; Infinity for a ban. */
  #banned = new Map<string, number>();
  /** Penalties of peers that are gone: who comes back is not as good as new. */
  #penalties = new Map<string, number>();
  #ticket: Uint8Array;

  constructor(context: Context, events: LinkEvents) {
    this.#context = context;
    this.#events = events;
    this.#ticket = context.options.ticket;
    const infoHash = fromHex(context.options.broadcast.infoHash);
    if (infoHash === undefined) throw new RangeError('broadcast.infoHash must be hex');
    this.#rules = {
      infoHash,
      edgeKey: context.options.edgeKey,
      isBanned: (identity) => this.isBanned(identity),
    };
  }

  get(peerId: string): Neighbour | undefined {
    return this.#all.get(peerId);
  }

  /** All links, those under handshake too. */
  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<Neighbour> {
    return this.#all.values();
  }

  /** Whether a peer id or identity is not to be taken, or not yet. */
  isBanned(name: string): boolean {
    return (this.#banned.get(name) ?? 0) > this.#context.world.now();
  }

  add(link: Link): void {
    const { world, tuning, options, budget, lanes } = this.#context;
    if (link.peerId === options.peerId || this.#all.has(link.peerId)) return link.close('linked already');
    if (this.isBanned(link.peerId)) return link.close('banned');
    if (!this.#events.makeRoom(link)) return link.close('no room');
    const nonce = new Uint8Array(NONCE_BYTES);
    for (let i = 0; i < NONCE_BYTES; i++) nonce[i] = Math.floor(world.random() * 256);
    const neighbour = new Neighbour(link, nonce, world.now(), tuning.messagesPerS);
    neighbour.bad = this.#penalties.get(link.peerId) ?? 0;
    this.#all.set(link.peerId, neighbour);
    this.#context.send(neighbour, {
      type: 'hello',
      ticket: this.#ticket,
      nonce,
      uploadKbps: Math.round(budget.kbps),
      tracks: lanes.tracks.filter((track) => lanes.at(track.track, 0)!.wanted).map((track) => track.track),
    });
  }

  receive(neighbour: Neighbour, message: Message): void {
    if (neighbour.stage === 'closed') return;
    const { world } = this.#context;
    if (message.type !== 'piece' && !neighbour.messages.take(1, world.now())) {
      return this.offend(neighbour, 'flood');
    }
    if (neighbour.checking) {
      if (neighbour.waiting.length >= MAX_WAITING) return this.offend(neighbour, 'flood');
      neighbour.waiting.push(message);
      return;
    }
    this.#read(neighbour, message);
  }

  /** The connection is gone, or is to go. */
  close(neighbour: Neighbour, reason: string): void {
    if (neighbour.stage === 'closed') return;
    const wasLinked = neighbour.stage === 'linked';
    neighbour.stage = 'closed';
    neighbour.waiting = [];
    this.#all.delete(neighbour.peerId);
    this.#keepPenalty(neighbour);
    if (wasLinked) {
      const { linked } = this.#context;
      linked.splice(linked.indexOf(neighbour), 1);
      this.#events.onUnlinked(neighbour);
    }
    this.#context.world.emit({ type: 'unlinked', peerId: neighbour.peerId, reason });
    neighbour.link.close(reason);
  }

  /** Lets go of who is at fault; it is not taken back before `until`, or never. Only a proved identity is named to the edge. */
  offend(neighbour: Neighbour, why: Offence, until?: number): void {
    if (neighbour.stage === 'closed') return;
    const { peerId, identity, proved } = neighbour;
    this.#remember(peerId, until);
    if (proved) this.#remember(identity, until);
    this.close(neighbour, why);
    if (proved) this.#context.world.emit({ type: 'offence', peerId, identity, why });
  }

  ban(identities: string[]): void {
    for (const identity of identities) this.#remember(identity);
    for (const neighbour of [...this.#all.values()]) {
      if (this.isBanned(neighbour.identity)) this.close(neighbour, 'banned');
    }
  }

  renewTicket(ticket: Uint8Array): void {
    this.#ticket = ticket;
    for (const neighbour of this.#context.linked) this.#context.send(neighbour, { type: 'ticket', ticket });
  }

  /** Once a second: handshakes that hang, tickets that are over. */
  sweep(now: number): void {
    for (const neighbour of [...this.#all.values()]) {
      if (neighbour.stage !== 'linked') {
        if (now - neighbour.addedAt > this.#context.tuning.handshakeMs) {
          this.close(neighbour, 'handshake late');
        }
      } else if (isExpired(neighbour.ticket!, this.#context.world)) this.close(neighbour, 'ticket expired');
    }
  }

  #onHello(neighbour: Neighbour, hello: MessageOf<'hello'>): void {
    if (neighbour.stage !== 'greeting') return this.close(neighbour, 'hello out of turn');
    if (hello.nonce.length !== NONCE_BYTES) return this.close(neighbour, 'hello.nonce must be 16 bytes');
    const { world, options } = this.#context;
    this.#check(neighbour, hello.ticket, (ticket) => {
      neighbour.ticket = ticket;
      neighbour.identity = toHex(ticket.identity);
      neighbour.uploadKbps = Math.max(0, Math.min(1e6, hello.uploadKbps));
      neighbour.stage = 'proving';
      const message = proofMessage(hello.nonce, neighbour.link.binding, options.peerId, neighbour.peerId);
      settle<Uint8Array | undefined>(world.sign(message), undefined, (signature) => {
        if (neighbour.stage === 'closed') return;
        if (signature === undefined) return this.close(neighbour, 'cannot sign');
        this.#context.send(neighbour, { type: 'proof', signature });
        this.#resume(neighbour);
      });
    });
  }

  #onProof(neighbour: Neighbour, proof: MessageOf<'proof'>): void {
    if (neighbour.stage !== 'proving') return this.close(neighbour, 'proof out of turn');
    const { world, options, linked } = this.#context;
    neighbour.checking = true;
    const message = proofMessage(neighbour.nonce, neighbour.link.binding, neighbour.peerId, options.peerId);
    settle(world.verify(neighbour.ticket!.peerKey, message, proof.signature), false, (good) => {
      if (neighbour.stage === 'closed') return;
      if (!good) return this.close(neighbour, 'proof does not fit');
      neighbour.stage = 'linked';
      neighbour.proved = true;
      neighbour.linkedAt = world.now();
      linked.push(neighbour);
      world.emit({ type: 'linked', peerId: neighbour.peerId });
      this.#events.onLinked(neighbour);
      this.#resume(neighbour);
    });
  }

  #onTicket(neighbour: Neighbour, message: MessageOf<'ticket'>): void {
    this.#check(neighbour, message.ticket, (ticket) => {
      if (toHex(ticket.identity) !== neighbour.identity) return this.offend(neighbour, 'bad-ticket');
      neighbour.ticket = ticket;
      this.#resume(neighbour);
    });
  }

  #check(neighbour: Neighbour, bytes: Uint8Array, next: (ticket: Ticket) => void): void {
    neighbour.checking = true;
    const verdict = checkTicket(bytes, neighbour.peerId, this.#rules, this.#context.world);
    settle<Ticket | string>(verdict, 'ticket could not be checked', (ticket) => {
      if (neighbour.stage === 'closed') return;
      if (typeof ticket !== 'string') return next(ticket);
      if (neighbour.proved) this.offend(neighbour, 'bad-ticket');
      else this.close(neighbour, ticket);
    });
  }

  /** Reads on what came while a check was under way. */
  #resume(neighbour: Neighbour): void {
    neighbour.checking = false;
    const { waiting } = neighbour;
    neighbour.waiting = [];
    for (let i = 0; i < waiting.length; i++) {
      if (neighbour.checking) neighbour.waiting.push(waiting[i]!);
      else this.#read(neighbour, waiting[i]!);
    }
  }

  /** A message that was counted when it came. */
  #read(neighbour: Neighbour, message: Message): void {
    if (neighbour.stage === 'closed') return;
    if (message.type === 'hello') this.#onHello(neighbour, message);
    else if (message.type === 'proof') this.#onProof(neighbour, message);
    else if (neighbour.stage !== 'linked') this.close(neighbour, `${message.type} before the handshake`);
    else if (message.type === 'ticket') this.#onTicket(neighbour, message);
    else this.#events.onMessage(neighbour, message);
  }

  #keepPenalty({ peerId, bad }: Neighbour): void {
    this.#penalties.delete(peerId);
    if (bad < 1) return;
    this.#penalties.set(peerId, bad);
    if (this.#penalties.size > MAX_PENALTIES) this.#penalties.delete(this.#penalties.keys().next().value!);
  }

  #remember(name: string, until = Infinity): void {
    this.#banned.set(name, until);
    if (this.#banned.size > MAX_BANNED) this.#banned.delete(this.#banned.keys().next().value!);
  }
}

/** Key bytes from a broadcast's or edge's base64url. Throws RangeError. */
export function keyBytes(text: string): Uint8Array {
  const key = fromBase64Url(text);
  if (key?.length !== 32) throw new RangeError('broadcast.publicKey must be 32 bytes in base64url');
  return key;
}
