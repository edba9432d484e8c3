/** How far each feed has come without a gap: what a seed acknowledges to the edge. */
import {
  INIT_PIECE,
  packIndex,
  pieceOf,
  SEGMENT_COUNT,
  segmentDistance,
  segmentOf,
  substreamOf,
} from '../../protocol/piece-index.ts';
import type { Lane, Lanes } from './lane.ts';
import type { TrackWindow } from './track-window.ts';
import type { WindowStore } from './window-store.ts';

/** Newest index in an unbroken run of each feed; feeds of which nothing came yet are left out. */
export function acknowledgeFeeds(
  lanes: Lanes,
  store: WindowStore,
): { track: number; substream: number; index: number }[] {
  const acks: { track: number; substream: number; index: number }[] = [];
  for (const lane of lanes.all) {
    if (!lane.feed) continue;
    advance(lane, store.track(lane.track.track)!);
    if (lane.runIndex === undefined) continue;
    acks.push({ track: lane.track.track, substream: lane.substream, index: lane.runIndex });
  }
  return acks;
}

function advance(lane: Lane, window: TrackWindow): void {
  const oldest = (window.newestSegment - window.segments + 1) & (SEGMENT_COUNT - 1);
  if (lane.runIndex !== undefined && segmentDistance(segmentOf(lane.runIndex), oldest) > 0) {
    lane.runIndex = undefined;
  }
  if (lane.runIndex === undefined) {
    if (!lane.hasNewest || pieceOf(lane.newest) === INIT_PIECE) return;
    lane.runIndex = lane.newest;
    return;
  }
  for (let next = nextOf(lane, window, lane.runIndex); next !== undefined;) {
    if (window.piece(next) === undefined) return;
    lane.runIndex = next;
    next = nextOf(lane, window, next);
  }
}

/** The piece of the lane that follows; undefined while it is not known which that is. */
function nextOf(lane: Lane, window: TrackWindow, index: number): number | undefined {
  const { substreams, track } = lane.track;
  const slot = window.slot(segmentOf(index));
  const piece = pieceOf(index) + substreams;
  if (slot === undefined || slot.last < 0 || piece <= slot.last) {
    return piece < INIT_PIECE ? packIndex(segmentOf(index), track, piece) : undefined;
  }
  for (let ahead = 1; ahead <= window.segments; ahead++) {
    const segment = (segmentOf(index) + ahead) & (SEGMENT_COUNT - 1);
    if (segmentDistance(segment, window.newestSegment) < 0) return undefined;
    const following = window.slot(segment);
    if (following === undefined) continue;
    for (let n = 0; n < substreams; n++) {
      const candidate = packIndex(segment, track, n);
      if (substreamOf(candidate, substreams) !== lane.substream) continue;
      if (following.last < 0 || n <= following.last) return candidate;
    }
  }
  return undefined;
}
