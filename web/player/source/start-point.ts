/** Where playback begins: as near to the target as what has come allows. */
import type { Unit } from './track-timeline.ts';

/** Media that has to lie ahead of the playhead before the first picture, microseconds. */
const LEAST_AHEAD_US = 120_000;

/** What a track offers: its units, and the end of what can be read of it without a gap, microseconds. */
export interface TrackOffer {
  kind: 'video' | 'audio';
  units: readonly Unit[];
  readyUs: number;
}

/**
 * The decode time to start at, or undefined while too little is here.
 *
 * @param wantedUs The live edge less the latency target.
 */
export function startPoint(offers: TrackOffer[], wantedUs: number): number | undefined {
  if (offers.length === 0 || offers.some((offer) => offer.units.length === 0)) return undefined;
  const readyUs = Math.min(...offers.map((offer) => offer.readyUs));
  // Every track must have begun; the first picture of a unit is the earliest that can be shown.
  const earliestUs = Math.max(...offers.map((offer) => offer.units[0]!.startUs));
  const startUs = Math.max(earliestUs, Math.min(wantedUs, readyUs - LEAST_AHEAD_US));
  return readyUs - startUs >= LEAST_AHEAD_US ? startUs : undefined;
}
