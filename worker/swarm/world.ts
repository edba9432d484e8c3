/** What a shard is given from outside: a clock, cryptography, its sockets, and the ears of the Channel object. */
import type * as v from 'valibot';
import type { Grant, IceServer } from '../../protocol/join.ts';
import type { Ticket } from '../../protocol/ticket.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import type { Feed, ToPeer } from '../../protocol/tracker.ts';
import type { UploadTerms } from './belief.ts';
import type { Outgoing } from './outgoing.ts';
import type { Right } from './right.ts';
import type { PeerRow, Seat } from './seat.ts';

export type MaybePromise<T> = T | Promise<T>;

/** The message of a peer that asks for this. */
export type Said<Action extends FromPeer['action']> = Extract<FromPeer, { action: Action }>;
export type Announce = Said<'announce'>;
export type Ack = Said<'ack'>['acks'][number];

/** What one peer says to another through the edge: offers, answers, candidates. */
export type Relayed = Extract<ToPeer, { action: 'announce' | 'candidate' }>;

/** One signaling socket. */
export interface Port {
  /** What the shard knows of it; changed in place, then saved. */
  readonly seat: Seat;
  save(): void;
  send(message: Outgoing): void;
  close(code: number, reason: string): void;
}

export interface ShardConfig {
  /** info-hash as a binary string of 20 characters. */
  infoHash: string;
  /** `0`, `1`, …; `b0`, or `b` and a region, for the backbone. */
  shard: string;
  /** Most Shoal peers seated. */
  limit: number;
  /** Whether stock clients are served here: shard 0 only. */
  stock: boolean;
  /** What viewers say they give is held against this. */
  terms: UploadTerms;
}

/** What a peer gets whose ticket is about to end. */
export interface Renewal {
  ticket: string;
  /** Seconds since 1970. */
  expiresS: number;
  iceServers: v.InferOutput<typeof IceServer>[];
}

export interface SwarmWorld {
  /** Milliseconds since 1970. */
  nowMs(): number;
  random(): number;
  /** The peer id that belongs to a public key, see peerIdFor. */
  peerIdOf(key: Uint8Array): MaybePromise<string>;
  /** Whether the edge signed this ticket, and the peer that it names signed `proof` over it (announceProof). */
  verify(signed: Uint8Array, ticket: Ticket, proof: Uint8Array): MaybePromise<boolean>;
  /** What this pass says of this peer; undefined when it is forged, of another, or no device of its viewer is free. */
  right(peerId: string, pass: string | undefined): MaybePromise<Right | undefined>;
  grant(row: PeerRow): MaybePromise<Grant>;
  /** A new ticket of the same key and identity; undefined when its owner may no longer watch. */
  renew(row: PeerRow): MaybePromise<Renewal | undefined>;
  /** Path of a shard with room; undefined when there is none. */
  elsewhere(row: PeerRow): MaybePromise<string | undefined>;
  /** Says this to a peer that sits in another object of the backbone. */
  across(shard: string, peerId: string, message: Relayed): void;
  /** A seed acknowledges; `given`: bytes it passed on since it last did. */
  acked(row: PeerRow, acks: Ack[], given: number | undefined): void;
  /** Peers bring this one what its join has not brought yet. */
  hasEnough(port: Port): void;
  seated(row: PeerRow): void;
  left(row: PeerRow): void;
  /** A viewer reported: there is something to roll up. */
  reported(): void;
  /** Independent witnesses agree that this peer gives nothing of what it claims. */
  doubted(row: PeerRow): void;
  /** Independent witnesses agreed on this identity; the shard has dropped it already. */
  banned(identity: string, why: string): void;
}

export type { Feed };
