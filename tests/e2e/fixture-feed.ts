/**
 * A feed for the player's source without mesh, edge or origin: pieces of fixture media appear on a shelf when the
 * wall clock says that they would have been cut. Runs in the page.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import { type PieceFrame } from '../../protocol/frame.ts';
import { segmentOf, trackOf } from '../../protocol/piece-index.ts';
import { Emitter } from '../../web/peer/emitter.ts';
import { type SegmentView, Shelf, type ShelfPiece } from '../../web/peer/shelf.ts';
import type { ViewerEvents } from '../../web/peer/viewer.ts';
import type { Feed } from '../../web/player/source/feed.ts';

export interface FixtureFeedOptions {
  tracks: Broadcast['tracks'];
  frames: PieceFrame[];
  /** How far the broadcast has come when the feed starts, milliseconds: what a join gives at once. */
  headStartMs: number;
  /** From the end of a piece to its arrival, milliseconds. */
  delayMs: number;
  /** Tracks that are declared and never come. */
  silentTracks?: number[];
  /** Of this track nothing is there between these decode times: the encoder came back without it. */
  leaves?: { track: number; fromUs: number; untilUs: number };
  /** Segments of track 0 that never come. */
  missing?: number[];
}

export class FixtureFeed extends Emitter<ViewerEvents> implements Feed {
  readonly latencyTargetMs = 1500;
  broadcast: Broadcast | undefined;
  #shelf = new Shelf(30_000);
  #frames: PieceFrame[];
  #next = 0;

  constructor(private readonly options: FixtureFeedOptions) {
    super();
    const { frames, missing = [], leaves } = options;
    this.#frames = frames.filter(({ record: { index, decodeTimeUs } }) =>
      (trackOf(index) !== 0 || !missing.includes(segmentOf(index))) &&
      (trackOf(index) !== leaves?.track || decodeTimeUs < leaves.fromUs || decodeTimeUs >= leaves.untilUs)
    );
  }

  start(): void {
    this.broadcast = {
      id: '00'.repeat(16),
      infoHash: '00'.repeat(20),
      publicKey: 'A'.repeat(43),
      epochMs: Date.now() - this.options.headStartMs,
      tracks: this.options.tracks,
    };
    this.emit('broadcast', this.broadcast);
    setInterval(() => this.#deliver(), 20);
    this.#deliver();
  }

  #deliver(): void {
    for (; this.#next < this.#frames.length; this.#next++) {
      const { record, bytes } = this.#frames[this.#next]!;
      const dueMs = this.broadcast!.epochMs + (record.decodeTimeUs + record.durationUs) / 1000 +
        this.options.delayMs;
      if (dueMs > Date.now()) return;
      this.#shelf.add({ record, bytes });
      this.emit('piece', { index: record.index, record, source: 'peer' });
    }
  }

  serverNowMs(): number {
    return Date.now();
  }

  get newestUs(): number {
    return this.#shelf.newestUs;
  }

  init(track: number, initSegment: number): Uint8Array | undefined {
    return this.#shelf.init(track, initSegment);
  }

  segments(track: number): SegmentView[] {
    return this.#shelf.segments(track);
  }

  segment(track: number, segment: number): SegmentView | undefined {
    return this.#shelf.segment(track, segment);
  }

  pieces(track: number, segment: number, from?: number): ShelfPiece[] {
    return this.#shelf.pieces(track, segment, from);
  }
}
