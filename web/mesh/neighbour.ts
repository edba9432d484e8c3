/** What this peer knows of one neighbour. The link is the world's; everything else is ours. */
import type { Message, TrackState } from './message.ts';
import type { Link, LinkRoute } from './seams.ts';
import type { Ticket } from '../../protocol/ticket.ts';

export type Stage = 'greeting' | 'proving' | 'linked' | 'closed';

/** 32 bits for a peer id, for paths. FNV-1a. */
export function peerTag(peerId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < peerId.length; i++) hash = Math.imul(hash ^ peerId.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** A bucket that fills at a steady rate; taking from an empty one fails. */
export class Bucket {
  #perMs: number;
  #most: number;
  #level: number;
  #at: number;

  constructor(perS: number, most: number, now: number) {
    this.#perMs = perS / 1000;
    this.#most = most;
    this.#level = most;
    this.#at = now;
  }

  take(amount: number, now: number): boolean {
    this.#level = Math.min(this.#most, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#level < amount) return false;
    this.#level -= amount;
    return true;
  }
}

export class Neighbour {
  readonly link: Link;
  readonly peerId: string;
  readonly tag: number;
  readonly route: LinkRoute;
  readonly isLan: boolean;
  readonly isBackbone: boolean;
  readonly addedAt: number;
  /** When anything came from it last. */
  heardAt: number;
  /** Seconds since then in which others were heard of. */
  quietS = 0;
  stage: Stage = 'greeting';
  linkedAt = 0;
  /** What we sent for them to sign. */
  nonce: Uint8Array;
  ticket: Ticket | undefined;
  /** Ticket identity in hex, once the ticket was checked. */
  identity = '';
  proved = false;
  /** Messages that came while a check was under way. */
  waiting: Message[] = [];
  checking = false;
  /** What it says it gives, kbps. */
  uploadKbps = 0;
  spareKbps = 0;
  /** Time that its states travel, and the difference of our clocks, together. */
  transitMs = 0;
  states: (TrackState | undefined)[] = [];
  stateAt = 0;
  /** Per lane: not asked again to be parent before this time. */
  refusedUntil: number[] = [];
  /** Penalty: rejects, timeouts, silence. Falls with time. */
  bad = 0;
  /** What it claimed in vain since it gave a piece: pieces that it did not give when asked, or that cannot exist. */
  vain = 0;
  /** What it left unanswered since it was heard of last: it may be gone or stuck, which is no lie. */
  owes = 0;
  /** When a piece came from it last, asked for or not; when it was met, before the first. */
  gaveAt: number;
  /** Usual time from request to piece. */
  responseMs = 300;
  requests = 0;
  /** Not asked for pieces before. */
  pausedUntil = 0;
  /** Lanes that it feeds, and lanes that we feed it. */
  parentOf = 0;
  childOf = 0;
  /** Who ranks higher is fed where not all can be: who feeds others, then who has met few, and else by chance. */
  rank = 0;
  receivedBytes = 0;
  sentBytes = 0;
  /** Of those what had left by the last look, and how many seconds nothing has. */
  leftBytes = 0;
  stuckS = 0;
  /** Pieces of the window that it pushed as parent when they were here already. */
  repeated = new Set<number>();
  /** Breaches that an honest peer may commit now and then. */
  strikes = 0;
  messages: Bucket;
  relays: Bucket;

  constructor(link: Link, nonce: Uint8Array, now: number, messagesPerS: number) {
    this.link = link;
    this.peerId = link.peerId;
    this.tag = peerTag(link.peerId);
    this.route = link.route;
    this.isLan = link.route === 'lan';
    this.isBackbone = link.backbone === true;
    this.nonce = nonce;
    this.addedAt = this.heardAt = this.gaveAt = now;
    this.messages = new Bucket(messagesPerS, messagesPerS * 10, now);
    this.relays = new Bucket(10, 60, now);
  }
}
