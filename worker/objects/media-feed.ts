/** Of which track and which substream of a broadcast a piece is. */
import type { Broadcast, Track } from '../../protocol/broadcast.ts';
import { INIT_PIECE, pieceOf, substreamOf, trackOf } from '../../protocol/piece-index.ts';
import type { Feed } from '../../protocol/tracker.ts';

/** Undefined: the broadcast has no such track. */
export function trackIn({ tracks }: Broadcast, index: number): Track | undefined {
  return tracks.find(({ track }) => track === trackOf(index));
}

/** Undefined for init pieces, which are of all. */
export function feedIn({ track, substreams }: Track, index: number): Feed | undefined {
  return pieceOf(index) === INIT_PIECE ? undefined : { track, substream: substreamOf(index, substreams) };
}
