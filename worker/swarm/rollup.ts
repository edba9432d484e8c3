/** Roll-up: what a shard tells its Channel object every ten seconds while there is something to tell. */
import type { PeerReport } from '../../protocol/stats.ts';
import type { Candidate } from './feeds.ts';

/** Upper bounds of the live latency histogram, milliseconds; the last bucket is everything above. */
export const LATENCY_BUCKETS_MS = [500, 1000, 1500, 2000, 3000, 5000, 10_000] as const;

/** Sums over the reports that came since the last roll-up. */
export interface ReportSums {
  reports: number;
  lanBytes: number;
  peerBytes: number;
  turnBytes: number;
  edgeBytes: number;
  uploadBytes: number;
  duplicateBytes: number;
  repairs: number;
  stalls: number;
  stallMs: number;
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
  /** Stock clients seated now. */
  stock: number;
  /** Sum of what viewers say they can give. */
  uploadKbps: number;
  /** Visits begun and ended since the last roll-up. */
  joined: number;
  left: number;
  sums: ReportSums;
  /** Good uploaders of this shard, best first: who may hold feeds or be a bridge. */
  candidates: Candidate[];
  /** Who holds feeds or is helped, of those seated now. */
  seeds: string[];
  /** Viewers that did badly in their last report, worst first: whom help would help. */
  needy: string[];
  /** Viewers by region, for where shards are at home. */
  regions: Record<string, number>;
}

export function emptySums(): ReportSums {
  return {
    reports: 0,
    lanBytes: 0,
    peerBytes: 0,
    turnBytes: 0,
    edgeBytes: 0,
    uploadBytes: 0,
    duplicateBytes: 0,
    repairs: 0,
    stalls: 0,
    stallMs: 0,
    peers: 0,
    bufferMs: 0,
    startups: 0,
    startupMs: 0,
    latency: Array<number>(LATENCY_BUCKETS_MS.length + 1).fill(0),
  };
}

export function addReport(sums: ReportSums, report: PeerReport): void {
  sums.reports++;
  for (const field of ADDED) sums[field] += report[field];
  if (report.startupMs !== undefined) {
    sums.startups++;
    sums.startupMs += report.startupMs;
  }
  const bucket = LATENCY_BUCKETS_MS.findIndex((bound) => report.latencyMs <= bound);
  sums.latency[bucket < 0 ? LATENCY_BUCKETS_MS.length : bucket]! += 1;
}

/** Adds the sums of one shard to those of the channel. */
export function addSums(total: ReportSums, more: ReportSums): void {
  total.reports += more.reports;
  for (const field of ADDED) total[field] += more[field];
  total.startups += more.startups;
  total.startupMs += more.startupMs;
  more.latency.forEach((count, i) => total.latency[i]! += count);
}

const ADDED = [
  'lanBytes',
  'peerBytes',
  'turnBytes',
  'edgeBytes',
  'uploadBytes',
  'duplicateBytes',
  'repairs',
  'stalls',
  'stallMs',
  'peers',
  'bufferMs',
] as const;
