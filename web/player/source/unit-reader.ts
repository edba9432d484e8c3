/** Reads a unit as its pieces come: what is here at once, the rest piece by piece. */
import { concatBytes } from '../../../protocol/bytes.ts';
import { pieceOf } from '../../../protocol/piece-index.ts';
import type { Feed } from './feed.ts';
import type { TrackTimeline, Unit } from './track-timeline.ts';

/**
 * Yields the unit's bytes in order, each time all that has come (a copy: the pieces belong to the mesh). Ends when
 * the unit is over: its successor is in the timeline, or the timeline ended. A unit with a hole that was given up
 * ends at the hole.
 */
export async function* readUnit(
  feed: Pick<Feed, 'pieces' | 'segment'>,
  timeline: TrackTimeline,
  unit: Unit,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let member = 0;
  let at = 0;
  while (!signal.aborted) {
    const segment = unit.segments[member]!;
    const pieces = feed.pieces(timeline.track, segment, at);
    const last = pieces.at(-1);
    if (last) {
      at = pieceOf(last.record.index) + 1;
      yield concatBytes(...pieces.map((piece) => piece.bytes));
    } else if (member + 1 < unit.segments.length && isRead(feed, timeline.track, segment, at)) {
      member++;
      at = 0;
    } else if (timeline.ended || timeline.after(unit)) {
      return;
    } else {
      await timeline.changed();
    }
  }
}

function isRead(feed: Pick<Feed, 'segment'>, track: number, segment: number, at: number): boolean {
  const view = feed.segment(track, segment);
  return view !== undefined && view.complete && view.count <= at;
}
