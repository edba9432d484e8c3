/** What is reckoned from the readings of a run: defined in docs/benchmarks.md, the same for every system. */
import { quantile } from '../table.ts';
import type { Counts } from './counting-proxy.ts';
import { kbpsBetween, type StreamReading } from './stream-meter.ts';

export interface Reading {
  counts: Counts;
  stream: StreamReading;
  /** Seconds from the start of the scenario. */
  atS: number;
}

/** Media that servers sent, as a multiple of what the encoder made in the same time. */
export function copiesBetween(from: Reading, to: Reading): number {
  const sentKbps = (to.counts.mediaBytes - from.counts.mediaBytes) * 8 / 1000 / (to.atS - from.atS);
  return sentKbps / kbpsBetween(from.stream, to.stream);
}

/** Who never saw a picture counts as one who waited longest; undefined: half of them never did. */
export function medianStartUp(startupsMs: (number | undefined)[]): number | undefined {
  const median = quantile(startupsMs.map((ms) => ms ?? Infinity), 0.5);
  return median === Infinity ? undefined : median;
}
