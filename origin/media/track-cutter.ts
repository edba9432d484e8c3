/**
 * Cuts the samples of one track into pieces (DESIGN.md section 2). One chunk is held until the next sample shows
 * that it is complete: how long its last sample lasts, and whether the segment ends with it.
 */
import { INIT_PIECE, MAX_PIECES_PER_SEGMENT, packIndex, SEGMENT_COUNT } from '../../protocol/piece-index.ts';
import { MAX_PIECE_BYTES, type PieceRecord, RecordFlag } from '../../protocol/record.ts';
import type { BoxChunk } from './chunk.ts';
import type { Sample, TimedSample } from './sample.ts';

/** A piece before it is hashed and signed. */
export interface PieceDraft extends Omit<PieceRecord, 'hash' | 'byteLength'> {
  bytes: Uint8Array<ArrayBuffer>;
}

/** A segment begins with the sample it comes with. */
export interface Cut {
  /** Segment number, not wrapped. */
  segment: number;
  discontinuity: boolean;
  /** The init segment that takes effect here, if it changes. */
  init?: Uint8Array<ArrayBuffer>;
  /** What chunks are boxed with from here on, if it changes. */
  boxChunk?: BoxChunk;
}

export interface TrackCutterOptions {
  track: number;
  timescale: number;
  sliceMs: number;
  boxChunk: BoxChunk;
  onPiece: (piece: PieceDraft) => void;
}

/** Smallest target size of a piece. */
const MIN_TARGET_BYTES = 8192;
/** Room for the boxes around the samples. */
const BOXES_BYTES = 1024;
/** Timestamps in whole milliseconds may fall short of a slice by this much. */
const SLICE_SLACK_MS = 3;
/** From this many pieces on, size no longer cuts a segment: at most 64 KiB each. */
const CROWDED = MAX_PIECES_PER_SEGMENT / 2;
const MAX_DURATION_US = 0xffffff;

export class TrackCutter {
  readonly #options: TrackCutterOptions;
  #boxChunk: BoxChunk;
  #targetKbps = 0;
  #held: Sample[] = [];
  #heldBytes = 0;
  #segment = -1;
  #segmentStart = 0;
  #pieces = 0;
  #initSegment = 0;
  #dependent = false;
  #discontinuity = false;
  #end = 0;

  constructor(options: TrackCutterOptions) {
    this.#options = options;
    this.#boxChunk = options.boxChunk;
  }

  /** The open segment, or the last one; -1 before the first. */
  get segment(): number {
    return this.#segment;
  }

  /** End of the newest sample, in units of the timescale. */
  get end(): number {
    return this.#end;
  }

  /** What the size of pieces is reckoned from. */
  set bitrateKbps(kbps: number) {
    this.#targetKbps = kbps;
  }

  /** Whether a sample of this size has no room left in the open segment: it must come with a cut. */
  isFull(sampleBytes: number): boolean {
    const parts = this.#partsOf(this.#heldBytes) + this.#partsOf(sampleBytes);
    return this.#held.length > 0 && this.#pieces + parts > MAX_PIECES_PER_SEGMENT;
  }

  push(sample: Sample, cut?: Cut): void {
    if (cut) this.#beginSegment(sample, cut);
    else if (this.#endsChunk(sample)) this.#emit(sample, false);
    if (this.#segment < 0) throw new Error('the first sample of a track must come with a cut');
    this.#held.push(sample);
    this.#heldBytes += sample.data.length;
    this.#end = sample.decodeTime + sample.nominalDuration;
  }

  /** Ends the open segment: no sample follows from the last one. */
  finish(): void {
    this.#emit(undefined, true);
  }

  get #limitBytes(): number {
    if (this.#pieces > CROWDED) return MAX_PIECE_BYTES;
    const target = Math.max(MIN_TARGET_BYTES, this.#targetKbps * this.#options.sliceMs / 8);
    return Math.min(MAX_PIECE_BYTES, Math.floor(2 * target));
  }

  #partsOf(bytes: number): number {
    return Math.ceil((bytes + BOXES_BYTES) / this.#limitBytes);
  }

  #beginSegment(sample: Sample, cut: Cut): void {
    this.#emit(sample, true);
    this.#boxChunk = cut.boxChunk ?? this.#boxChunk;
    this.#segment = cut.segment;
    this.#segmentStart = sample.decodeTime;
    this.#pieces = 0;
    this.#dependent = !sample.sync;
    this.#discontinuity = cut.discontinuity;
    if (!cut.init) return;
    this.#initSegment = cut.segment % SEGMENT_COUNT;
    this.#options.onPiece({
      index: packIndex(this.#initSegment, this.#options.track, INIT_PIECE),
      decodeTimeUs: this.#micros(sample.decodeTime),
      durationUs: 0,
      flags: RecordFlag.init | (cut.discontinuity ? RecordFlag.discontinuity : 0),
      initSegment: this.#initSegment,
      bytes: cut.init,
    });
  }

  #endsChunk(next: Sample): boolean {
    const first = this.#held[0];
    if (!first) return false;
    if (next.gapBefore || (next.sync && !first.sync)) return true;
    if (this.#heldBytes + next.data.length + BOXES_BYTES > this.#limitBytes) return true;
    const slice = this.#options.sliceMs;
    const startMs = this.#sinceSegmentStart(first) + SLICE_SLACK_MS;
    return this.#sinceSegmentStart(next) + SLICE_SLACK_MS >= (Math.floor(startMs / slice) + 1) * slice;
  }

  #sinceSegmentStart(sample: Sample): number {
    return (sample.decodeTime - this.#segmentStart) * 1000 / this.#options.timescale;
  }

  #emit(next: Sample | undefined, last: boolean): void {
    const samples = this.#timed(next);
    const first = samples[0];
    if (!first) return;
    this.#held = [];
    this.#heldBytes = 0;
    const sequence = packIndex(this.#segment % SEGMENT_COUNT, 0, this.#pieces) >>> 0;
    const chunk = this.#boxChunk(samples, sequence);
    const parts = Math.ceil(chunk.length / this.#limitBytes);
    const partBytes = Math.ceil(chunk.length / parts);
    const end = samples.at(-1)!.decodeTime + samples.at(-1)!.duration;
    const decodeTimeUs = this.#micros(first.decodeTime);
    const durationUs = Math.min(MAX_DURATION_US, this.#micros(end) - decodeTimeUs);
    for (let part = 0; part < parts; part++) {
      const isFirst = part === 0;
      const isLast = part === parts - 1;
      let flags = this.#dependent ? RecordFlag.dependent : 0;
      if (isFirst && first.sync) flags |= RecordFlag.keyframe;
      if (isLast && last) flags |= RecordFlag.lastOfSegment;
      if (this.#discontinuity) flags |= RecordFlag.discontinuity;
      this.#discontinuity = false;
      this.#options.onPiece({
        index: packIndex(this.#segment % SEGMENT_COUNT, this.#options.track, this.#pieces),
        decodeTimeUs,
        durationUs: isLast ? durationUs : 0,
        flags,
        initSegment: this.#initSegment,
        bytes: chunk.slice(part * partBytes, (part + 1) * partBytes),
      });
      this.#pieces += 1;
    }
  }

  #timed(next: Sample | undefined): TimedSample[] {
    return this.#held.map((sample, i) => {
      const follower = this.#held[i + 1] ?? (next?.gapBefore ? undefined : next);
      const duration = follower ? follower.decodeTime - sample.decodeTime : sample.nominalDuration;
      return { ...sample, duration };
    });
  }

  #micros(units: number): number {
    return Math.round(units * 1e6 / this.#options.timescale);
  }
}
