/**
 * The window of one track: verified pieces by segment, for the last so many segments. Memory is bounded by the
 * ring; what falls out of the window is forgotten at once. Init segments stay as long as a piece may need them.
 */
import type { PieceFrame } from '../../protocol/frame.ts';
import {
  INIT_PIECE,
  MAX_PIECES_PER_SEGMENT,
  packIndex,
  pieceOf,
  SEGMENT_COUNT,
  SEGMENT_MS,
  segmentDistance,
  segmentOf,
} from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { cutMsOf } from './cut-clock.ts';

/** Most init segments of one track that are held. */
const MAX_INITS = 32;
/** A claim may run ahead of what was verified by so many segments. */
const MAX_AHEAD = 15;
/** Segments that are missing between two that are held are looked for up to so many. */
const MAX_BRIDGED = 4;
/** A track that is further behind the others than this has not lost pieces: it pauses, or never had any here. */
const MAX_EXPECTED_MS = 2 * SEGMENT_MS;

export interface SegmentSlot {
  segment: number;
  frames: (PieceFrame | undefined)[];
  held: number;
  /** All pieces below are held. */
  low: number;
  /** Highest piece known to exist, by our own pieces or by neighbours' word; -1: none. */
  highest: number;
  /** Highest piece that must have been cut because time went on, here or in other tracks; -1: none. */
  lost: number;
  /** The last piece, once its record was seen; -1 before. */
  last: number;
}

export class TrackWindow {
  readonly track: number;
  readonly segments: number;
  readonly #sliceMs: number;
  #ring: (SegmentSlot | undefined)[];
  #mask: number;
  #newest = -1;
  #newestCutMs = -Infinity;
  #claimed = -1;
  #inits = new Map<number, PieceFrame>();
  #wantedInit: number | undefined;

  /** `sliceMs`: target duration of a piece. */
  constructor(track: number, segments: number, sliceMs = 100) {
    this.track = track;
    this.segments = segments;
    this.#sliceMs = sliceMs;
    let size = 1;
    while (size < segments + MAX_AHEAD + 2) size *= 2;
    this.#ring = new Array(size).fill(undefined);
    this.#mask = size - 1;
  }

  /** Newest segment with a verified piece; -1: none yet. */
  get newestSegment(): number {
    return this.#newest;
  }

  /** Media milliseconds up to which something was verified; -Infinity: nothing yet. */
  get newestCutMs(): number {
    return this.#newestCutMs;
  }

  /** Newest segment that exists by our own pieces or by neighbours' word; -1: none. */
  get newestKnown(): number {
    if (this.#claimed < 0) return this.#newest;
    if (this.#newest < 0 || segmentDistance(this.#newest, this.#claimed) > 0) return this.#claimed;
    return this.#newest;
  }

  /** Media milliseconds up to which pieces exist, by our own or by neighbours' word; -Infinity: none does. */
  get knownMs(): number {
    const slot = this.slot(this.newestKnown);
    if (slot === undefined) return this.#newestCutMs;
    return Math.max(this.#newestCutMs, this.estimateCutMs(slot, Math.max(0, slot.highest)));
  }

  /** Index of an init segment that a held piece needs and that is not here. */
  get wantedInit(): number | undefined {
    return this.#wantedInit;
  }

  slot(segment: number): SegmentSlot | undefined {
    const slot = this.#ring[segment & this.#mask];
    return slot !== undefined && slot.segment === segment ? slot : undefined;
  }

  piece(index: number): PieceFrame | undefined {
    const piece = pieceOf(index);
    if (piece === INIT_PIECE) return this.#inits.get(segmentOf(index));
    return this.slot(segmentOf(index))?.frames[piece];
  }

  /** Whether a piece of this index may still be taken: not older than the window, not absurdly new. */
  accepts(index: number): boolean {
    const piece = pieceOf(index);
    if (piece === INIT_PIECE) return this.#inits.size < MAX_INITS || index === this.#wantedInit;
    if (piece >= MAX_PIECES_PER_SEGMENT) return false;
    return this.#newest < 0 || segmentDistance(segmentOf(index), this.#newest) < this.segments;
  }

  /** Stores a verified piece that `accepts` let through. */
  put(frame: PieceFrame): void {
    const { record } = frame;
    const segment = segmentOf(record.index);
    if (record.flags & RecordFlag.init) {
      this.#inits.set(segment, frame);
      if (this.#wantedInit === record.index) this.#wantedInit = undefined;
      return;
    }
    if (this.#newest < 0 || segmentDistance(this.#newest, segment) > 0) this.#advance(segment);
    this.#newestCutMs = Math.max(this.#newestCutMs, cutMsOf(record));
    const slot = this.slot(segment) ?? this.#open(segment);
    const piece = pieceOf(record.index);
    if (slot.frames[piece] !== undefined) return;
    while (slot.frames.length < piece) slot.frames.push(undefined);
    slot.frames[piece] = frame;
    slot.held++;
    if (piece > slot.highest) slot.highest = piece;
    if (record.flags & RecordFlag.lastOfSegment) {
      slot.last = piece;
      slot.highest = piece;
    }
    while (slot.frames[slot.low] !== undefined) slot.low++;
    if (!this.#inits.has(record.initSegment)) {
      this.#wantedInit = packIndex(record.initSegment, this.track, INIT_PIECE);
    }
    const before = this.#held(slot, -1);
    if (before !== undefined) this.#bridge(before, slot);
    const after = slot.segment === this.#newest ? undefined : this.#held(slot, 1);
    if (after !== undefined) this.#bridge(slot, after);
  }

  /** A neighbour says that pieces of this segment up to `highest` exist. Answers whether it ended before: a lie. */
  claim(segment: number, highest: number): boolean {
    if (highest < 0 || highest >= MAX_PIECES_PER_SEGMENT) return false;
    if (this.#newest >= 0) {
      const ahead = segmentDistance(this.#newest, segment);
      if (ahead > MAX_AHEAD || -ahead >= this.segments) return false;
    }
    const slot = this.slot(segment) ?? this.#open(segment);
    if (slot.last < 0 && highest > slot.highest) slot.highest = highest;
    if (this.#claimed < 0 || segmentDistance(this.#claimed, segment) > 0) this.#claimed = segment;
    return slot.last >= 0 && highest > slot.last;
  }

  /**
   * Another track of the broadcast has come to `untilMs`, so this one has too: its pieces up to about there exist,
   * though whoever pushed them may be gone and nobody else may have told of them yet.
   */
  expect(untilMs: number): void {
    const newest = this.slot(this.#newest);
    const last = newest?.frames.at(-1);
    if (newest === undefined || last === undefined) return;
    const endMs = cutMsOf(last.record);
    if (untilMs - endMs > MAX_EXPECTED_MS) return;
    const most = Math.floor((untilMs - endMs) / this.#sliceMs) - 1;
    if (most < 1) return;
    const nextMs = (newest.segment + 1) * SEGMENT_MS - this.#sliceMs / 2;
    // Within this segment, as far as its time goes; what is beyond that is in the next one, if there is one yet.
    const here = newest.last >= 0
      ? 0
      : Math.min(most, Math.max(0, Math.ceil((nextMs - endMs) / this.#sliceMs)));
    if (here > 0) this.#expect(newest, newest.frames.length - 1 + here);
    if (most > here) {
      const segment = (newest.segment + 1) & (SEGMENT_COUNT - 1);
      this.#expect(this.slot(segment) ?? this.#open(segment), most - here - 1);
      if (this.#claimed < 0 || segmentDistance(this.#claimed, segment) > 0) this.#claimed = segment;
    }
  }

  #expect(slot: SegmentSlot, piece: number): void {
    if (slot.last >= 0) return;
    slot.lost = Math.max(slot.lost, Math.min(piece, MAX_PIECES_PER_SEGMENT - 1));
    slot.highest = Math.max(slot.highest, slot.lost);
  }

  /** Forgets claims that nothing came of; what was verified stays. */
  forgetClaims(): void {
    this.#claimed = this.#newest;
    for (let i = 0; i < this.#ring.length; i++) {
      const slot = this.#ring[i];
      if (slot === undefined) continue;
      if (slot.held === 0) this.#ring[i] = undefined;
      else if (slot.last < 0) slot.highest = slot.frames.length - 1;
    }
  }

  isComplete(slot: SegmentSlot): boolean {
    return slot.last >= 0 && slot.low > slot.last;
  }

  /** Media milliseconds at which a piece that is not here was about cut; from what is held around it. */
  estimateCutMs(slot: SegmentSlot, piece: number): number {
    const sliceMs = this.#sliceMs;
    let estimate = Infinity;
    for (let n = piece - 1; n >= 0; n--) {
      const frame = slot.frames[n];
      if (frame === undefined) continue;
      estimate = cutMsOf(frame.record) + (piece - n) * sliceMs;
      break;
    }
    for (let n = piece + 1; n < slot.frames.length; n++) {
      const frame = slot.frames[n];
      if (frame === undefined) continue;
      return Math.min(estimate, frame.record.decodeTimeUs / 1000);
    }
    return estimate < Infinity ? estimate : slot.segment * 2000 + (piece + 1) * sliceMs;
  }

  /** The nearest segment on this side of which something is held. */
  #held(from: SegmentSlot, side: 1 | -1): SegmentSlot | undefined {
    for (let i = 1; i <= MAX_BRIDGED; i++) {
      const slot = this.slot((from.segment + side * i) & (SEGMENT_COUNT - 1));
      if (slot !== undefined && slot.held > 0) return slot;
    }
    return undefined;
  }

  /**
   * Two segments follow each other, but time is missing between them: the end of the first was lost, or a segment
   * in between. Nobody may be left to tell of it, and a hole is where a player stops. How many pieces it was is a
   * guess that each piece found makes better. Where an encoder came back there is nothing to look for.
   */
  #bridge(before: SegmentSlot, after: SegmentSlot): void {
    const between = segmentDistance(before.segment, after.segment) - 1;
    if (before.last >= 0 && between === 0) return;
    const first = after.frames.findIndex((frame) => frame !== undefined);
    const { decodeTimeUs, flags } = after.frames[first]!.record;
    if (first === 0 && flags & RecordFlag.discontinuity) {
      before.highest = Math.min(before.highest, before.frames.length - 1);
      before.lost = -1;
      return;
    }
    const endMs = cutMsOf(before.frames.at(-1)!.record);
    // Pieces of a keyframe that was split take no time of their own, but a segment never begins before its slot.
    const slotMs = Math.min(decodeTimeUs / 1000, after.segment * SEGMENT_MS);
    const startMs = Math.max(decodeTimeUs / 1000 - first * this.#sliceMs, slotMs);
    if (startMs - endMs < this.#sliceMs / 2) return;
    if (before.last < 0) {
      const tailMs = startMs - between * SEGMENT_MS - endMs;
      const pieces = Math.max(1, Math.round(tailMs / this.#sliceMs));
      before.lost = Math.min(before.frames.length - 1 + pieces, MAX_PIECES_PER_SEGMENT - 1);
      before.highest = Math.max(before.highest, before.lost);
    }
    for (let i = 1; i <= between; i++) {
      const segment = (before.segment + i) & (SEGMENT_COUNT - 1);
      const slot = this.slot(segment) ?? this.#open(segment);
      slot.lost = Math.max(slot.lost, 0);
      slot.highest = Math.max(slot.highest, 0);
    }
  }

  #open(segment: number): SegmentSlot {
    const slot: SegmentSlot = { segment, frames: [], held: 0, low: 0, highest: -1, lost: -1, last: -1 };
    this.#ring[segment & this.#mask] = slot;
    return slot;
  }

  #advance(segment: number): void {
    this.#newest = segment;
    for (let i = 0; i < this.#ring.length; i++) {
      const slot = this.#ring[i];
      if (slot === undefined) continue;
      const age = segmentDistance(slot.segment, segment);
      if (age >= this.segments || age < -MAX_AHEAD) this.#ring[i] = undefined;
    }
    if (this.#inits.size > 1) this.#dropInits();
  }

  /** Init segments that no held piece names are dropped, except the newest two. */
  #dropInits(): void {
    const order = [...this.#inits.keys()].sort((a, b) => segmentDistance(b, a));
    for (const segment of order.slice(0, -2)) {
      if (!this.#ring.some((slot) => slot?.frames.some((frame) => frame?.record.initSegment === segment))) {
        this.#inits.delete(segment);
      }
    }
  }
}
