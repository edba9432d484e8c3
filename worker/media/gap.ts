/** Holes in a track, as far as its numbering shows them. */
import { packIndex, pieceOf, segmentOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import type { MediaWindow } from './window.ts';

/** Most pieces named for one hole: a whole segment may have been lost, and its end is not known. */
const MAX_NAMED = 16;
/** Less than any piece lasts. */
const ROUNDING_US = 5000;

/**
 * Indexes that are missing between two neighbours in the order of a track; empty when nothing is. After the last
 * piece held of a segment whose end did not come, at least the next one is missing: how many more, nobody knows yet.
 */
export function gapBetween(window: MediaWindow, track: number, before: number, after: number): number[] {
  const ended = (window.get(before)!.record.flags & RecordFlag.lastOfSegment) !== 0;
  const missing: number[] = [];
  if (segmentOf(before) === segmentOf(after)) {
    for (let piece = pieceOf(before) + 1; piece < pieceOf(after); piece++) {
      missing.push(packIndex(segmentOf(before), track, piece));
    }
    return missing;
  }
  if (!ended) missing.push(packIndex(segmentOf(before), track, pieceOf(before) + 1));
  for (let piece = 0; piece < pieceOf(after) && missing.length < MAX_NAMED; piece++) {
    missing.push(packIndex(segmentOf(after), track, piece));
  }
  return missing;
}

/** Whether no segment can lie between these neighbours, whatever their numbers: one begins where the other ends. */
export function areAdjacent(window: MediaWindow, before: number, after: number): boolean {
  if (segmentOf(before) === segmentOf(after)) return true;
  const { decodeTimeUs, durationUs } = window.get(before)!.record;
  return window.get(after)!.record.decodeTimeUs - decodeTimeUs - durationUs <= ROUNDING_US;
}
