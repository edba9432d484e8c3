/**
 * How far a viewer's word on what it can give is taken. Who holds feeds, who is a bridge and whether there is upload
 * enough hang on it, and nobody can be made to give: one that says 100 Mbps and gives nothing would be a seed that
 * starves all below it, and a whole audience's worth of supply. So the word alone counts up to what a viewer is asked
 * to give at most, and beyond that what others say they got.
 */
import type { Parent } from '../../protocol/stats.ts';
import { type FeedTrack, takenKbpsOf } from './feeds.ts';
import { householdOf } from './place.ts';
import type { PeerRow } from './seat.ts';

/** What words are held against, kbps. */
export interface UploadTerms {
  /** What a viewer takes at most. */
  takenKbps: number;
  /** What its word alone counts for at most. */
  givenKbps: number;
}

/** Where a channel asks for less, or for nothing: an antenna gives all the same. */
const LEAST_RATIO = 2;
/** Who was seen to give this much is believed to have as much again. */
const HEADROOM = 2;

export function uploadTerms(tracks: FeedTrack[], uploadRatio: number): UploadTerms {
  const takenKbps = takenKbpsOf(tracks);
  return { takenKbps, givenKbps: takenKbps * Math.max(LEAST_RATIO, uploadRatio) };
}

/** Who told by whom it is fed, and where it sits. */
export interface Testimony {
  by: PeerRow;
  parents: readonly Parent[];
}

/** What of `claimedKbps` is believed of this peer. */
export function believedKbps(
  claimedKbps: number,
  about: Pick<PeerRow, 'id' | 'place'>,
  terms: UploadTerms,
  told: Iterable<Testimony>,
): number {
  if (claimedKbps <= terms.givenKbps) return claimedKbps;
  return Math.min(claimedKbps, Math.max(terms.givenKbps, HEADROOM * seenKbps(about, terms, told)));
}

/**
 * What others say they get of it. A household is one witness and tells of one viewer's media at most, so that
 * accomplices help as little as they would by giving it themselves; its own household is none.
 */
function seenKbps(
  about: Pick<PeerRow, 'id' | 'place'>,
  { takenKbps }: UploadTerms,
  told: Iterable<Testimony>,
): number {
  const own = householdOf(about.place.address);
  const seen = new Map<string, number>();
  for (const { by, parents } of told) {
    const lanes = parents.find(({ peerId }) => peerId === about.id)?.lanes;
    const household = householdOf(by.place.address);
    const last = by.tally?.last;
    if (lanes === undefined || last === undefined || household === own) continue;
    const all = parents.reduce((sum, parent) => sum + parent.lanes, 0);
    const kbps = (last.peerKbps + last.turnKbps) * lanes / all;
    seen.set(household, Math.min(takenKbps, (seen.get(household) ?? 0) + kbps));
  }
  return [...seen.values()].reduce((sum, kbps) => sum + kbps, 0);
}
