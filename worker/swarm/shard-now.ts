/** What a shard's viewers do now, summed over their last reports: gauges, where ReportSums holds amounts. */
import { LATENCY_BUCKETS_MS, latencyBucket } from './rollup.ts';
import type { PeerRow } from './seat.ts';
import { emptyTally, type Tally } from './tally.ts';

export interface ShardNow {
  viewers: number;
  stock: number;
  /** Viewers that reported at least once; the rest of the fields are sums over these. */
  reporting: number;
  lanKbps: number;
  peerKbps: number;
  turnKbps: number;
  edgeKbps: number;
  uploadKbps: number;
  bufferMs: number;
  neighbours: number;
  waiting: number;
  latency: number[];
}

const SUMMED = [
  'lanKbps',
  'peerKbps',
  'turnKbps',
  'edgeKbps',
  'uploadKbps',
  'bufferMs',
  'neighbours',
  'waiting',
] as const;

export function emptyNow(): ShardNow {
  return {
    viewers: 0,
    stock: 0,
    reporting: 0,
    lanKbps: 0,
    peerKbps: 0,
    turnKbps: 0,
    edgeKbps: 0,
    uploadKbps: 0,
    bufferMs: 0,
    neighbours: 0,
    waiting: 0,
    latency: Array<number>(LATENCY_BUCKETS_MS.length + 1).fill(0),
  };
}

/** Of those who sit in a shard; `stock`: its stock clients. */
export function nowOf(rows: Iterable<PeerRow>, stock: number): ShardNow {
  const now = emptyNow();
  for (const row of rows) addViewer(now, row.tally ?? emptyTally());
  now.stock = stock;
  return now;
}

/** Adds one viewer in place. */
export function addViewer(now: ShardNow, tally: Tally): void {
  now.viewers++;
  const { last } = tally;
  if (!last) return;
  now.reporting++;
  for (const name of SUMMED) now[name] += last[name];
  now.latency[latencyBucket(last.latencyMs)]! += 1;
}

/** Adds another shard in place. */
export function addNow(total: ShardNow, more: ShardNow): void {
  total.viewers += more.viewers;
  total.stock += more.stock;
  total.reporting += more.reporting;
  for (const name of SUMMED) total[name] += more[name];
  more.latency.forEach((count, i) => total.latency[i]! += count);
}

/**
 * Where the given share of a histogram lies, between the bounds of its bucket; null when it is empty. What lies above
 * the last bound counts as the last bound.
 */
export function latencyAt(latency: number[], share: number): number | null {
  const total = latency.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let below = 0;
  for (const [i, count] of latency.entries()) {
    if (count > 0 && below + count >= share * total) {
      const from = i === 0 ? 0 : LATENCY_BUCKETS_MS[i - 1]!;
      const to = LATENCY_BUCKETS_MS[i] ?? from;
      return Math.round(from + (to - from) * Math.max(0, share * total - below) / count);
    }
    below += count;
  }
  return LATENCY_BUCKETS_MS[LATENCY_BUCKETS_MS.length - 1]!;
}
