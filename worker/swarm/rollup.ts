/** Roll-up: what a shard tells its Channel object every ten seconds while there is something to tell. */
import { addCounted, type Counted, nothingCounted, type PeerReport } from '../../protocol/stats.ts';
import type { Candidate } from './feeds.ts';
import type { Giving } from './relief.ts';
import type { LeaseCount } from './lease-seats.ts';

/** Upper bounds of the live latency histogram, milliseconds; the last bucket is everything above. */
export const LATENCY_BUCKETS_MS = [
  300,
  500,
  750,
  1000,
  1250,
  1500,
  1750,
  2000,
  2500,
  3000,
  4000,
  5000,
  7500,
  10_000,
  20_000,
] as const;

/** Sums over the reports that came since the last roll-up. */
export interface ReportSums extends Counted {
  reports: number;
  /** Sum over the reports; divide by `reports`. */
  peers: number;
  bufferMs: number;
  startups: number;
  startupMs: number;
  /** Reports per bucket of LATENCY_BUCKETS_MS, and one more for what lies above. */
  latency: number[];
}

export interface Rollup {
  shard: string;
  /** Shoal viewers seated now. */
  viewers: number;
  /** Of these, whom peers are to carry; the others play from the edge. Absent: all. */
  carried?: number;
  /** Stock clients seated now. */
  stock: number;
  /** Sum of what viewers say they can give. */
  uploadKbps: number;
  /** Sum of what they take through TURN, by their last reports. */
  turnKbps?: number;
  /** Good uploaders of this shard, best first: who may hold feeds or be a bridge. */
  candidates: Candidate[];
  /** Carried viewers by the rendition that they play. */
  playing?: Record<number, number>;
  /** Carried viewers by what they give, classes of GIVING_BOUNDS_KBPS. */
  giving?: Giving[];
  /** Who holds feeds or is helped, of those seated now. */
  seeds: string[];
  /** Viewers that did badly in their last report, worst first: whom help would help. */
  needy: string[];
  /** What each of these plays. */
  needyPlay?: number[];
  /** Viewers by region, for where shards are at home. */
  regions: Record<string, number>;
  /** Viewers of leases seated now, and who joined since the last roll-up. */
  leases?: Record<string, LeaseCount>;
}

export function emptySums(): ReportSums {
  return {
    ...nothingCounted(),
    reports: 0,
    peers: 0,
    bufferMs: 0,
    startups: 0,
    startupMs: 0,
    latency: Array<number>(LATENCY_BUCKETS_MS.length + 1).fill(0),
  };
}

export function addReport(sums: ReportSums, report: PeerReport): void {
  sums.reports++;
  addCounted(sums, report);
  sums.peers += report.peers;
  sums.bufferMs += report.bufferMs;
  if (report.startupMs !== undefined) {
    sums.startups++;
    sums.startupMs += report.startupMs;
  }
  sums.latency[latencyBucket(report.latencyMs)]! += 1;
}

/** Adds the sums of one shard to those of the channel. */
export function addSums(total: ReportSums, more: ReportSums): void {
  addCounted(total, more);
  for (const field of ['reports', 'peers', 'bufferMs', 'startups', 'startupMs'] as const) {
    total[field] += more[field];
  }
  more.latency.forEach((count, i) => total.latency[i]! += count);
}

/** Which bucket of the histogram a latency falls into. */
export function latencyBucket(latencyMs: number): number {
  const bucket = LATENCY_BUCKETS_MS.findIndex((bound) => latencyMs <= bound);
  return bucket < 0 ? LATENCY_BUCKETS_MS.length : bucket;
}
