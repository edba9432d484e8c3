/**
 * What a peer says it holds of a track, in few bytes.
 *
 * `base` is the index of piece 0 of segment A. `bits` is: one byte n, the segments A … A+n-1 are held whole; then for
 * each following segment one byte c and ceil(c / 8) bytes, bit i (most significant first) for piece i, i < c: pieces
 * that are known to the sender. The newest segments are always written out, so that their lengths become known.
 */
import {
  INIT_PIECE,
  pieceOf,
  SEGMENT_COUNT,
  segmentDistance,
  segmentOf,
} from '../../protocol/piece-index.ts';
import type { TrackWindow } from './track-window.ts';

/** Newest segments that are written out. */
const WRITTEN_OUT = 4;
/** Most segments one state can write out, whoever sends it. */
export const MAX_WRITTEN_OUT = 64;

export interface WindowState {
  base: number;
  bits: Uint8Array;
}

/** Undefined when nothing is held. */
export function encodeWindowState(window: TrackWindow): WindowState | undefined {
  const newest = window.newestSegment;
  if (newest < 0) return undefined;
  let first = newest;
  for (let i = 1; i < WRITTEN_OUT; i++) {
    const segment = (newest - i) & (SEGMENT_COUNT - 1);
    if (window.slot(segment) === undefined) continue;
    first = segment;
  }
  let whole = 0;
  while (whole < window.segments) {
    const slot = window.slot((first - whole - 1) & (SEGMENT_COUNT - 1));
    if (slot === undefined || !window.isComplete(slot)) break;
    whole++;
  }
  const count = segmentDistance(first, newest) + 1;
  let size = 1;
  for (let i = 0; i < count; i++) {
    size += 1 + ((heldUpTo(window, (first + i) & (SEGMENT_COUNT - 1)) + 7) >> 3);
  }
  const bits = new Uint8Array(size);
  bits[0] = whole;
  let at = 1;
  for (let i = 0; i < count; i++) {
    const segment = (first + i) & (SEGMENT_COUNT - 1);
    const pieces = heldUpTo(window, segment);
    bits[at++] = pieces;
    const frames = window.slot(segment)?.frames;
    for (let n = 0; n < pieces; n++) {
      if (frames![n] !== undefined) bits[at + (n >> 3)]! |= 128 >> (n & 7);
    }
    at += (pieces + 7) >> 3;
  }
  return { base: (((first - whole) & (SEGMENT_COUNT - 1)) << 12) | (window.track << 8), bits };
}

/** Whether the state says that this piece is held. Nothing in a hostile state makes it throw. */
export function stateHas(state: WindowState, index: number): boolean {
  const { base, bits } = state;
  const distance = segmentDistance(segmentOf(base), segmentOf(index));
  if (distance < 0 || bits.length === 0) return false;
  const piece = pieceOf(index);
  let skip = distance - bits[0]!;
  if (skip < 0) return piece !== INIT_PIECE;
  if (skip > MAX_WRITTEN_OUT || piece === INIT_PIECE) return false;
  let at = 1;
  for (; skip > 0 && at < bits.length; skip--) at += 1 + ((bits[at]! + 7) >> 3);
  if (at >= bits.length || piece >= bits[at]!) return false;
  return (bits[at + 1 + (piece >> 3)]! & (128 >> (piece & 7))) !== 0;
}

/** Whether the segment of a piece is written out. Of one that is held whole nobody says how many pieces it has. */
export function isWrittenOut({ base, bits }: WindowState, index: number): boolean {
  return segmentDistance(segmentOf(base), segmentOf(index)) >= bits[0]!;
}

/**
 * Tells the window which pieces exist by this state's word. Answers whether that is refuted: it tells of pieces behind
 * what turned out to be the end of their segment, which nobody can hold.
 */
export function claimState(window: TrackWindow, state: WindowState): boolean {
  let isRefuted = false;
  forEachWrittenOut(state, (segment, count) => {
    if (window.claim(segment, count - 1)) isRefuted = true;
  });
  return isRefuted;
}

/** Newest segment of which the state has piece 0; undefined when there is none. */
export function newestStart(state: WindowState): number | undefined {
  let found: number | undefined;
  forEachWrittenOut(state, (segment, _count, hasStart) => {
    if (hasStart) found = segment;
  });
  return found;
}

/** Visits the segments of which single pieces are told, oldest first, those of no piece left out. */
function forEachWrittenOut(
  { base, bits }: WindowState,
  visit: (segment: number, count: number, hasStart: boolean) => void,
): void {
  let segment = segmentOf(base) + (bits[0] ?? 0);
  let at = 1;
  for (let i = 0; i < MAX_WRITTEN_OUT && at < bits.length; i++) {
    const count = bits[at]!;
    if (count > 0) visit(segment & (SEGMENT_COUNT - 1), count, (bits[at + 1]! & 128) !== 0);
    at += 1 + ((count + 7) >> 3);
    segment++;
  }
}

function heldUpTo(window: TrackWindow, segment: number): number {
  return window.slot(segment)?.frames.length ?? 0;
}
