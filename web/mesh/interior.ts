/**
 * Trees with disjoint interiors (after SplitStream, Castro et al., SOSP 2003): a peer is meant to pass on only some of
 * the substreams, to many children each, and to be a leaf in the trees of the others. The same upload makes trees that
 * are wide and shallow instead of narrow and deep, and what is lost with a peer is lost for few substreams.
 *
 * Which they are follows from the peer's tag, so that everybody knows it of everybody without a word. It is a
 * preference only: who would have no parent is taken whatever the substream.
 */
import type { Lane } from './lane.ts';
import type { Neighbour } from './neighbour.ts';
import type { Tuning } from './tuning.ts';

/** Who or what is not meant to pass a lane on counts as one that gives this many times less. */
export const LEAF_RATIO = 8;

/** Whether a peer with this tag is meant to pass this lane on. */
export function isInterior(tag: number, lane: Lane, { interiorEvery }: Tuning): boolean {
  return (((tag ^ (tag >>> 15)) >>> 0) + lane.track.track + lane.substream) % interiorEvery === 0;
}

/** What feeding a neighbour on this lane is worth to others, by what it passes on, kbps. */
export function worthOf(neighbour: Neighbour, lane: Lane, tuning: Tuning): number {
  return isInterior(neighbour.tag, lane, tuning) ? neighbour.uploadKbps : neighbour.uploadKbps / LEAF_RATIO;
}
