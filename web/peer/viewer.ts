/**
 * A viewer: one visit to one channel, from the join to the last piece. A whole peer without a picture.
 *
 * It joins, waits while the channel is offline, gets media from peers and the edge, verified, and keeps going over
 * lost sockets, restarted edges and new broadcasts until `stop()`. A player, the antenna and the crowd bench sit on
 * top of it.
 *
 *     const viewer = new Viewer({ edgeUrl: location.origin, channel: 'demo' });
 *     viewer.on('piece', ({ index }) => …);
 *     viewer.start();
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { P2pPolicy } from '../../protocol/channel.ts';
import type { PieceRecord } from '../../protocol/record.ts';
import type { PieceSource, Playhead } from '../mesh/seams.ts';
import { Emitter } from './emitter.ts';
import { type PeerEnvironment, standardEnvironment } from './environment.ts';
import { type SegmentView, Shelf, type ShelfPiece } from './shelf.ts';

export interface ViewerOptions {
  /** Origin of the edge, as `https://live.example.org`. */
  edgeUrl: string;
  channel: string;
  /** Playback token; public channels need none. */
  token?: string;
  /** What the viewer allows; the channel may be stricter. Default on. */
  p2p?: P2pPolicy;
  /** Upload budget; default: the channel's ratio times the bitrate of the tracks taken. */
  uploadKbps?: number;
  /** Which tracks to take of a broadcast; default: the first video and the first audio track. */
  tracks?: (broadcast: Broadcast) => number[];
  environment?: PeerEnvironment;
}

/**
 * joining: asking for the first time. offline: no broadcast, asks again by itself. live, lost (the encoder is gone
 * and may come back). reconnecting: the edge cannot be reached and nothing comes from peers. ended: the broadcast
 * that was watched is over, the next one starts by itself. refused and unsupported are final until `start()`.
 */
export type ViewerState =
  | 'joining'
  | 'offline'
  | 'live'
  | 'lost'
  | 'reconnecting'
  | 'ended'
  | 'refused'
  | 'unsupported';

/** Why a viewer is in its state. */
export interface ViewerReason {
  /** Machine-readable, lower-case with hyphens: `stopped`, `idle`, `kicked`, `edge-unreachable`, `no-crypto`, … */
  code: string;
  /** For a person. */
  message: string;
}

export interface ViewerEvents {
  state: { state: ViewerState; reason: ViewerReason | undefined };
  /** A broadcast begins: all pieces from now on are of this one, the shelf is empty. */
  broadcast: Broadcast;
  /** A piece was verified and can be read. */
  piece: { index: number; record: PieceRecord; source: PieceSource };
  /** The swarm's target changed: how far behind the live edge to play, milliseconds. */
  latency: { targetMs: number };
  peers: { count: number };
}

export class Viewer extends Emitter<ViewerEvents> {
  #options: ViewerOptions;
  #environment: PeerEnvironment;
  #state: ViewerState = 'joining';
  #reason: ViewerReason | undefined;
  #broadcast: Broadcast | undefined;
  #shelf = new Shelf(30_000);
  #latencyTargetMs = 1500;
  #clockOffsetMs = 0;
  #title = '';
  #p2p: P2pPolicy = 'on';

  constructor(options: ViewerOptions) {
    super();
    this.#options = options;
    this.#environment = options.environment ?? standardEnvironment();
  }

  /** Begins, or begins again after `stop()` or a refusal. */
  start(): void {
    throw new Error(`not yet: ${this.#options.channel}`);
  }

  /** Leaves: says goodbye, closes every connection, clears every timer. */
  stop(): void {}

  get state(): ViewerState {
    return this.#state;
  }

  get reason(): ViewerReason | undefined {
    return this.#reason;
  }

  /** The channel's title for people; empty before the first join. Asked for by the player. */
  get title(): string {
    return this.#title;
  }

  /** The stricter of what the channel and the viewer allow, once joined. */
  get p2p(): P2pPolicy {
    return this.#p2p;
  }

  /** What the viewer allows from now on: forbidden links are closed and the policy is announced, playback goes on. */
  setP2p(policy: P2pPolicy): void {
    this.#p2p = policy;
  }

  /** The broadcast that is watched; the last one while lost, reconnecting or ended. */
  get broadcast(): Broadcast | undefined {
    return this.#broadcast;
  }

  /** How far behind the live edge to play, milliseconds. */
  get latencyTargetMs(): number {
    return this.#latencyTargetMs;
  }

  /** The edge's clock, milliseconds since 1970. Live latency = serverNowMs() - (epochMs + decode time shown). */
  serverNowMs(): number {
    return this.#environment.now() + this.#clockOffsetMs;
  }

  /** Bytes of a verified piece that is still in the window. */
  piece(index: number): Uint8Array | undefined {
    return this.#shelf.piece(index)?.bytes;
  }

  record(index: number): PieceRecord | undefined {
    return this.#shelf.piece(index)?.record;
  }

  /** The init segment (ISO BMFF ftyp + moov) that records of a track name as their `initSegment`. */
  init(track: number, initSegment: number): Uint8Array | undefined {
    return this.#shelf.init(track, initSegment);
  }

  /** Segments of a track of which something is here, in playing order. */
  segments(track: number): SegmentView[] {
    return this.#shelf.segments(track);
  }

  segment(track: number, segment: number): SegmentView | undefined {
    return this.#shelf.segment(track, segment);
  }

  /** Pieces of a segment from number `from` up to the first gap. */
  pieces(track: number, segment: number, from = 0): ShelfPiece[] {
    return this.#shelf.pieces(track, segment, from);
  }

  /** The latest end of any piece, microseconds of decode time: the live edge as far as it is known here. */
  get newestUs(): number {
    return this.#shelf.newestUs;
  }

  /** Where the picture is. Call it a few times a second: deadlines hang on it. */
  setPlayhead(_playhead: Playhead): void {}

  /** Tracks to take from now on (a rendition was switched). */
  setTracks(_tracks: number[]): void {}

  setUploadKbps(_kbps: number): void {}

  /** Figures for the reports; the viewer itself knows nothing of pictures. */
  setPlayback(_figures: PlaybackFigures): void {}

  stats(): ViewerStats {
    throw new Error('not yet');
  }
}
