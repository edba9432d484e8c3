/**
 * What the mesh is given and what it gives: the seam between the pure library and the world.
 *
 * The mesh holds no PeerConnection, no socket, no DOM, no clock of its own. A page, the antenna and the simulator
 * each bring a world; the mesh behaves the same in all of them. What crosses this seam is typed messages, never
 * bytes of a wire: the byte codec (wire/) sits below, in the link that the world hands over.
 */
import type { Feed } from '../../protocol/tracker.ts';
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import type { Message } from './message.ts';
import type { Tuning } from './tuning.ts';

export type MaybePromise<T> = T | Promise<T>;
export type TimerId = number;

/** What the world provides. Everything that could differ between a browser and a simulation. */
export interface World {
  /** Monotonic milliseconds. */
  now(): number;
  /** Seconds since 1970 with their fraction, by the edge's clock as far as the world knows it. */
  wallClockS(): number;
  random(): number;
  setTimer(delayMs: number, run: () => void): TimerId;
  clearTimer(id: TimerId): void;
  sha256(bytes: Uint8Array): MaybePromise<Uint8Array>;
  /** Ed25519 (RFC 8032). */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean>;
  /** Signs with the peer's own key, the one its ticket names. */
  sign(message: Uint8Array): MaybePromise<Uint8Array>;
  /** One piece over HTTP from the edge. Rejects with EdgeBusy when the cap is spent (503 with Retry-After). */
  fetchPiece(index: number): Promise<PieceFrame>;
  /** Everything the mesh has to say. Structured-cloneable, so that it can cross to another thread. */
  emit(event: MeshEvent): void;
}

/** The edge cannot serve just now; not an error of playback. */
export class EdgeBusy extends Error {
  constructor(readonly retryAfterMs: number) {
    super(`the edge is busy, again in ${retryAfterMs} ms`);
  }
}

/** How a link runs, for accounting: same LAN, directly, or through TURN. */
export type LinkRoute = 'lan' | 'peer' | 'turn';

/** An open connection to a neighbour. Made by the world, owned by the mesh until closed. */
export interface Link {
  /** 20 characters, as announced; proved by the ticket handshake, not before. */
  readonly peerId: string;
  readonly route: LinkRoute;
  /**
   * The same string on both ends and on no other connection: both DTLS fingerprints, sorted and joined.
   * What a peer signs to prove its ticket is bound to it, so that no third party can pass a proof on.
   */
  readonly binding: string;
  /** Met through the backbone's Swarm object: bridges take parents there only and keep upload for it. */
  readonly backbone?: boolean;
  /** Bytes accepted by send and not yet on the network. */
  readonly queuedBytes: number;
  send(message: Message): void;
  close(reason: string): void;
}

export interface MeshOptions {
  broadcast: Broadcast;
  /** 20 characters, see peerIdFor. */
  peerId: string;
  /** Own signed ticket. */
  ticket: Uint8Array;
  /** The edge's Ed25519 key: neighbours' tickets are checked with it. */
  edgeKey: Uint8Array;
  windowMs: number;
  /** Upload budget; 0: takes only. */
  uploadKbps: number;
  /** Links aimed at, 20 by default (12 on phones). */
  neighbours: number;
  /** Tracks to hold at first. */
  tracks: number[];
  latencyTargetMs: number;
  /** Whether pieces may be fetched from the edge before their deadline. */
  edgeFallback: boolean;
  /** Other numbers than the defaults, for the simulator and for tests. */
  tuning?: Partial<Tuning>;
}

/** Where a verified piece came from. */
export type PieceSource = 'lan' | 'peer' | 'turn' | 'seed' | 'join' | 'run' | 'repair';

/** What the mesh tells the world. */
export type MeshEvent =
  /** A piece was verified and stored: `mesh.piece(index)`. */
  | { type: 'piece'; index: number; source: PieceSource }
  /**
   * A peer that neighbours told of: make an offer, sent through `via` (a linked peer id). `backbone`: the link to
   * `via` is one of the backbone, and so will the new one be.
   */
  | { type: 'connect'; peerId: string; via: string; backbone: boolean }
  /** An offer, answer or candidate that arrived over the mesh: opaque to it. */
  | { type: 'signal'; from: string; via: string; backbone: boolean; payload: string }
  /** Too few neighbours of the shard or of the backbone, and the neighbours know no more: ask the edge. */
  | { type: 'starving'; backbone: boolean; want: number; known: string[] }
  /**
   * An offence of a peer with this ticket identity (hex), provable but for `gives-nothing`: of what it claims. The link
   * is closed already.
   */
  | {
    type: 'offence';
    peerId: string;
    identity: string;
    why: 'bad-piece' | 'bad-record' | 'bad-ticket' | 'flood' | 'protocol' | 'gives-nothing';
  }
  /** A link finished its handshake, or is gone. */
  | { type: 'linked'; peerId: string }
  | { type: 'unlinked'; peerId: string; reason: string };

/** What the mesh takes from the world. Implemented by mesh.ts. */
export interface MeshControl {
  /** A connection is open: the handshake begins. */
  addLink(link: Link): void;
  /** A message came over the link of this peer. */
  receive(peerId: string, message: Message): void;
  /** The connection is gone. */
  linkClosed(peerId: string, reason: string): void;
  /** The bytes below the seam broke the wire's rules (WireOffence): the link is closed and the peer complained of. */
  misbehaved(peerId: string): void;
  /** A piece and its record came from the edge (seed stream, join, run). Verified like any other. */
  offerPiece(frame: PieceFrame, source: 'seed' | 'join' | 'run'): void;
  /**
   * The edge was asked for what these tracks have, by a join or a run: nobody else is while it comes at a good pace. None:
   * it has answered, or will not.
   */
  awaitEdge(tracks: number[]): void;
  /** The feeds this peer holds first-hand from the edge: not subscribed to from neighbours, but for those that are ending. */
  setFeeds(feeds: Feed[]): void;
  /** Newest index held in an unbroken run of each feed, for acknowledgements. */
  acknowledge(): { track: number; substream: number; index: number }[];
  /** Playback tells where it is: pieces before it are of no use, those due soon are urgent. */
  setPlayhead(playhead: Playhead): void;
  /** Tracks to hold from now on; `carried` are held for others alone: the edge is not asked for what is late of them. */
  setTracks(tracks: number[], carried?: number[]): void;
  setUploadKbps(kbps: number): void;
  setLatencyTarget(ms: number): void;
  /** Pieces from this decode time on, milliseconds, are not fetched singly: runs will bring them. Infinity: none. */
  leaveToRuns(fromMs: number): void;
  renewTicket(ticket: Uint8Array): void;
  /** Tickets that the edge banned: links are dropped and not taken again. */
  ban(identities: string[]): void;
  /** Sends an opaque signaling payload to `to` through the linked peer `via`. False when that is not possible. */
  signal(to: string, via: string, payload: string): boolean;
  stats(): MeshStats;
  /** Who pushes to this peer now, and how many lanes each. */
  parents(): { peerId: string; lanes: number }[];
  /** Says goodbye to all links, clears timers. */
  close(): void;
  /** A verified piece of the window with its record; undefined when it is not held. */
  piece(index: number): PieceFrame | undefined;
}

export interface Playhead {
  /** Where the picture is, microseconds of decode time. */
  decodeTimeUs: number;
  /** Up to where the player has media without a gap. */
  bufferedUntilUs: number;
  playing: boolean;
}

export interface MeshStats {
  bytes: Record<PieceSource, number>;
  duplicateBytes: number;
  /** Payload given to peers. */
  uploadBytes: number;
  /** Everything that is not piece payload, both ways. */
  controlBytes: number;
  repairs: number;
  links: number;
  /** Children fed per substream, summed. */
  children: number;
  /** Substreams that have a parent or feed, of all wanted. */
  parented: number;
  substreams: number;
  /** Supply: what this peer gives at most, what it has promised to children, and what it needs itself. */
  uploadKbps: number;
  promisedKbps: number;
  demandKbps: number;
  /** Median and 95th percentile of arrival after the cut, as far as clocks allow, milliseconds. */
  lagP50Ms: number;
  lagP95Ms: number;
  /** The same of the newest few pieces, some two seconds of them. */
  lagNowMs: number;
}
