/** What a seed missed between the last piece it holds of a feed and the beginning of its stream. */
import type { Track } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { compareIndex, substreamOf, trackOf } from '../../protocol/piece-index.ts';
import { STALE_US } from './seed-streams.ts';
import type { MediaWindow } from './window.ts';

/**
 * Media pieces after the held index of their feed (its newest, one a feed), in order, none older than what would be
 * pushed. Of feeds that nothing is held of there is none: the join brought, or brings, their beginning.
 */
export function missedOf(
  window: MediaWindow,
  tracks: Track[],
  held: number[],
): { frame: PieceFrame; substreams: number }[] {
  return tracks.flatMap(({ track, substreams }) => {
    const after = new Map<number, number>();
    for (const index of held) if (trackOf(index) === track) after.set(substreamOf(index, substreams), index);
    if (after.size === 0) return [];
    return window.media(track).flatMap((index) => {
      const last = after.get(substreamOf(index, substreams));
      const frame = window.get(index);
      if (last === undefined || !frame || compareIndex(index, last) <= 0) return [];
      return frame.record.decodeTimeUs < window.newestUs - STALE_US ? [] : [{ frame, substreams }];
    });
  });
}
