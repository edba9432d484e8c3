/** Aligned runs of one second, and the first seconds of a join: which pieces, in which order. */
import type { Track } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { RUN_MS } from '../../protocol/media.ts';
import { pieceOf, segmentOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { areAdjacent, gapBetween } from './gap.ts';
import type { MediaWindow } from './window.ts';

export interface Run {
  frames: PieceFrame[];
  /** Every track has a piece behind this second: nothing more is cut into it. */
  isClosed: boolean;
  /** Known holes in it. */
  missing: number[];
  /** It has no holes, and the window reaches back behind its beginning. */
  isWhole: boolean;
  /**
   * Closed and whole whatever may still come: all of these tracks are held, and from before its beginning to behind
   * its end each segment begins where the last one ended. While the window is being filled, numbers alone do not
   * tell: those that long GOPs skip look like segments that have not come yet.
   */
  isSure: boolean;
  /** It lies before everything that is held. */
  isGone: boolean;
}

/** Pieces of these tracks whose decode time lies in that second, in the order of decode time, inits first. */
export function runOf(window: MediaWindow, tracks: number[], second: number): Run {
  const fromUs = second * RUN_MS * 1000;
  const untilUs = fromUs + RUN_MS * 1000;
  const frames: PieceFrame[] = [];
  const missing: number[] = [];
  const used = tracks.filter((track) => window.media(track).length > 0);
  let isClosed = used.length > 0;
  let reachesBack = true;
  let isGone = used.length > 0;
  let hasNoSeams = used.length === tracks.length;
  for (const track of used) {
    const order = window.media(track);
    const first = firstAtOrAfter(window, order, fromUs);
    const end = firstAtOrAfter(window, order, untilUs);
    if (end === order.length) isClosed = false;
    if (first === 0) reachesBack = false;
    if (end > 0) isGone = false;
    for (let i = first; i < end; i++) frames.push(window.get(order[i]!)!);
    for (let i = Math.max(1, first); i <= end && i < order.length; i++) {
      missing.push(...gapBetween(window, track, order[i - 1]!, order[i]!));
      hasNoSeams &&= areAdjacent(window, order[i - 1]!, order[i]!);
    }
    for (const index of window.inits(track)) {
      const frame = window.get(index)!;
      if (frame.record.decodeTimeUs >= fromUs && frame.record.decodeTimeUs < untilUs) frames.push(frame);
    }
  }
  const isWhole = reachesBack && missing.length === 0;
  return {
    frames: frames.sort(byTime),
    isClosed,
    missing,
    isWhole,
    isSure: isClosed && isWhole && hasNoSeams,
    isGone,
  };
}

/** A join begins at least this far behind the newest media: with less in hand a player would have to wait. */
export const JOIN_LEAD_MS = 800;

/**
 * What a viewer that joins now needs: init pieces, then each video track from its newest keyframe that leaves the
 * lead, which may lie within a segment, and audio from the earliest of these on. Empty when there is nothing to begin
 * with.
 */
export function joinOf(window: MediaWindow, tracks: Pick<Track, 'track' | 'kind'>[]): PieceFrame[] {
  const videos = tracks.filter(({ kind }) => kind === 'video');
  const leading = videos.length > 0 ? videos : tracks;
  const starts = new Map<number, number>();
  for (const { track } of leading) {
    const start = newestStart(window, track, window.newestUs - JOIN_LEAD_MS * 1000);
    if (start !== undefined) starts.set(track, start);
  }
  if (starts.size === 0) return [];
  const earliestUs = Math.min(...starts.values());
  const frames: PieceFrame[] = [];
  const inits = new Set<PieceFrame>();
  for (const { track } of tracks) {
    if (leading.some((one) => one.track === track) && !starts.has(track)) continue;
    const order = window.media(track);
    const start = starts.get(track);
    const first = start === undefined
      ? firstAt(window, order, earliestUs)
      : firstAtOrAfter(window, order, start);
    for (let i = first; i < order.length; i++) {
      const frame = window.get(order[i]!)!;
      frames.push(frame);
      const init = window.inits(track).find((index) => segmentOf(index) === frame.record.initSegment);
      if (init !== undefined) inits.add(window.get(init)!);
    }
  }
  return [...inits, ...frames.sort(byTime)];
}

/** Decode time at which a track can be entered: the newest keyframe not after `latestUs`, else the oldest one. */
function newestStart(window: MediaWindow, track: number, latestUs: number): number | undefined {
  const order = window.media(track);
  let start: number | undefined;
  for (let i = order.length - 1; i >= 0; i--) {
    const { record } = window.get(order[i]!)!;
    if ((record.flags & (RecordFlag.keyframe | RecordFlag.dependent)) !== RecordFlag.keyframe) continue;
    start = record.decodeTimeUs;
    if (start <= latestUs) break;
  }
  return start;
}

function byTime(a: PieceFrame, b: PieceFrame): number {
  const inits = Number((b.record.flags & RecordFlag.init) !== 0) -
    Number((a.record.flags & RecordFlag.init) !== 0);
  return a.record.decodeTimeUs - b.record.decodeTimeUs || inits ||
    (a.record.index >>> 0) - (b.record.index >>> 0);
}

/** The piece of sound in which this time lies, else the next one. Segments of both tracks begin together. */
function firstAt(window: MediaWindow, order: readonly number[], timeUs: number): number {
  const next = firstAtOrAfter(window, order, timeUs);
  if (next === 0 || (next < order.length && pieceOf(order[next]!) === 0)) return next;
  const { decodeTimeUs, durationUs } = window.get(order[next - 1]!)!.record;
  return decodeTimeUs + durationUs > timeUs ? next - 1 : next;
}

/** Decode times ascend along a track. */
function firstAtOrAfter(window: MediaWindow, order: readonly number[], timeUs: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (window.get(order[middle]!)!.record.decodeTimeUs < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
