/**
 * The shelf: what was verified, by track and segment, in playing order. What a segment loader reads.
 *
 * Holds references to the mesh's own bytes for the same window; nothing is copied.
 */
import { INIT_PIECE, pieceOf, segmentDistance, segmentOf, trackOf } from '../../protocol/piece-index.ts';
import { type PieceRecord, RecordFlag } from '../../protocol/record.ts';

/** One verified piece. */
export interface ShelfPiece {
  record: PieceRecord;
  bytes: Uint8Array;
}

/**
 * A segment of one track, as far as it has come. A snapshot: ask again after the next piece. It begins with piece 0, or
 * with the keyframe within it at which a join began: what lies before that is not asked for.
 */
export interface SegmentView {
  track: number;
  segment: number;
  /** From its first piece on, those below this number are here without a gap. */
  count: number;
  /** The last of those ends the segment: nothing more will come. */
  complete: boolean;
  /** Decode time of its first piece, microseconds; undefined while that is missing. */
  startUs: number | undefined;
  /** End of piece count - 1, microseconds; undefined while the first piece is missing. */
  endUs: number | undefined;
  /** Bytes of those pieces. */
  byteLength: number;
  /** Segment number to give to `init()`; undefined while nothing of the segment is here. */
  initSegment: number | undefined;
  /** The timeline breaks before it. */
  discontinuity: boolean;
  /** It does not begin with a sync sample. */
  dependent: boolean;
}

interface Segment {
  number: number;
  pieces: (ShelfPiece | undefined)[];
  /** Number of the piece that it begins with. */
  first: number;
  /** Number of the piece flagged last of segment, once known. */
  last: number | undefined;
  /** Given up on: the encoder broke off in it. */
  brokenOff: boolean;
  /** What was last answered of it, until something changes. */
  view?: SegmentView | undefined;
}

interface TrackShelf {
  /** In playing order. */
  segments: Segment[];
  inits: Map<number, ShelfPiece>;
}

export class Shelf {
  #tracks = new Map<number, TrackShelf>();
  #newestUs = 0;

  constructor(readonly windowMs: number) {}

  /**
   * Puts a verified piece where it belongs and lets go of what is older than the window. `isOfJoin`: at the first
   * keyframe of these the segment may be entered.
   */
  add(piece: ShelfPiece, isOfJoin = false): void {
    const { index, decodeTimeUs, durationUs, flags } = piece.record;
    const track = this.#track(trackOf(index));
    if (pieceOf(index) === INIT_PIECE) {
      track.inits.set(segmentOf(index), piece);
      return;
    }
    const segment = place(track.segments, segmentOf(index));
    const number = pieceOf(index);
    const isEntry = isOfJoin && flags & RecordFlag.keyframe;
    if (isEntry && !segment.pieces.slice(0, number).some(Boolean)) segment.first = number;
    segment.pieces[number] = piece;
    segment.view = undefined;
    if (flags & RecordFlag.lastOfSegment) segment.last = number;
    if (flags & RecordFlag.discontinuity && number === 0) breakOff(track.segments, segment);
    this.#newestUs = Math.max(this.#newestUs, decodeTimeUs + durationUs);
    this.#evict(track);
  }

  piece(index: number): ShelfPiece | undefined {
    const track = this.#tracks.get(trackOf(index));
    if (pieceOf(index) === INIT_PIECE) return track?.inits.get(segmentOf(index));
    return track?.segments.find((segment) => segment.number === segmentOf(index))?.pieces[pieceOf(index)];
  }

  /** The init segment of a track that a record names as its `initSegment`. */
  init(track: number, initSegment: number): Uint8Array | undefined {
    return this.#tracks.get(track)?.inits.get(initSegment)?.bytes;
  }

  /** Everything of which at least one piece is here, in playing order. */
  segments(track: number): SegmentView[] {
    return (this.#tracks.get(track)?.segments ?? []).map((segment) => view(track, segment));
  }

  segment(track: number, segment: number): SegmentView | undefined {
    const found = this.#tracks.get(track)?.segments.find((each) => each.number === segment);
    return found && view(track, found);
  }

  /** Pieces from number `from`, or from where the segment begins, to the first gap, in order. */
  pieces(track: number, segment: number, from = 0): ShelfPiece[] {
    const found = this.#tracks.get(track)?.segments.find((each) => each.number === segment);
    const run: ShelfPiece[] = [];
    for (let at = Math.max(from, found?.first ?? 0); found?.pieces[at]; at++) run.push(found.pieces[at]!);
    return run;
  }

  /**
   * Whether every piece of a track that begins within [fromUs, untilUs) is here, as far as the track has been taken
   * at all. Known only once something later is here.
   */
  holds(track: number, fromUs: number, untilUs: number): boolean {
    let heldUntil: number | undefined;
    let hole = false;
    for (const segment of this.#tracks.get(track)?.segments ?? []) {
      for (const piece of segment.pieces) {
        if (!piece) {
          hole = true;
          continue;
        }
        const { decodeTimeUs, durationUs } = piece.record;
        if (hole && heldUntil !== undefined && heldUntil < untilUs && decodeTimeUs >= fromUs) return false;
        if (decodeTimeUs >= untilUs) return true;
        heldUntil = decodeTimeUs + durationUs;
        hole = false;
      }
      if (!segment.brokenOff && segment.last !== segment.pieces.length - 1) hole = true;
    }
    return false;
  }

  /** The latest end of any piece, microseconds of decode time; 0 before the first. */
  get newestUs(): number {
    return this.#newestUs;
  }

  #track(number: number): TrackShelf {
    let track = this.#tracks.get(number);
    if (!track) this.#tracks.set(number, track = { segments: [], inits: new Map() });
    return track;
  }

  #evict(track: TrackShelf): void {
    const oldestUs = this.#newestUs - this.windowMs * 1000;
    while (track.segments.length > 1 && endUs(track.segments[0]!) < oldestUs) track.segments.shift();
    const first = track.segments[0];
    if (track.inits.size < 2 || !first) return;
    const needed = new Set(track.segments.map(initOf));
    for (const number of track.inits.keys()) {
      if (!needed.has(number) && segmentDistance(number, first.number) > 0) track.inits.delete(number);
    }
  }
}

/** Finds or makes a segment, keeping the order of the 20-bit circle. */
function place(segments: Segment[], number: number): Segment {
  let at = segments.length;
  while (at > 0 && segmentDistance(segments[at - 1]!.number, number) < 0) at--;
  const before = segments[at - 1];
  if (before?.number === number) return before;
  const made: Segment = { number, pieces: [], first: 0, last: undefined, brokenOff: false };
  segments.splice(at, 0, made);
  return made;
}

/** A break in the timeline: what came before it and never said that it ended will not go on. */
function breakOff(segments: Segment[], at: Segment): void {
  for (const segment of segments) {
    if (segment === at) return;
    if (segment.last === undefined) {
      segment.brokenOff = true;
      segment.view = undefined;
    }
  }
}

function endUs(segment: Segment): number {
  const last = segment.pieces.findLast((piece) => piece !== undefined);
  return last ? last.record.decodeTimeUs + last.record.durationUs : 0;
}

function initOf(segment: Segment): number | undefined {
  return segment.pieces.find((piece) => piece !== undefined)?.record.initSegment;
}

/** A player asks many times a second, and nearly all segments are as they were. */
function view(track: number, segment: Segment): SegmentView {
  return segment.view ??= look(track, segment);
}

function look(track: number, segment: Segment): SegmentView {
  let count = segment.first;
  let byteLength = 0;
  let end: number | undefined;
  for (let piece = segment.pieces[count]; piece; piece = segment.pieces[++count]) {
    byteLength += piece.bytes.length;
    end = Math.max(end ?? 0, piece.record.decodeTimeUs + piece.record.durationUs);
  }
  const first = segment.pieces[segment.first]?.record;
  const held = segment.brokenOff && count === segment.pieces.length && first !== undefined;
  return {
    track,
    segment: segment.number,
    count,
    complete: held || (segment.last !== undefined && count === segment.last + 1),
    startUs: first?.decodeTimeUs,
    endUs: end,
    byteLength,
    initSegment: initOf(segment),
    discontinuity: first !== undefined && (first.flags & RecordFlag.discontinuity) !== 0,
    dependent: first !== undefined && (first.flags & RecordFlag.dependent) !== 0,
  };
}
