/** What a shard tells the Report object of its channel: sums since the last time, the present, and who left. */
import type { VisitRow } from '../../protocol/report.ts';
import { addSums, emptySums, type ReportSums } from '../swarm/rollup.ts';
import type { ShardNow } from '../swarm/shard-now.ts';

export interface ShardAmounts {
  joined: number;
  left: number;
  sums: ReportSums;
  visits: VisitRow[];
}

export interface ShardTold extends ShardAmounts {
  shard: string;
  /** Undefined: the shard is closed. */
  now: ShardNow | undefined;
}

/** Visits that wait while the Report object does not answer; the oldest are dropped beyond it. */
const MOST_VISITS = 20_000;

export function emptyAmounts(): ShardAmounts {
  return { joined: 0, left: 0, sums: emptySums(), visits: [] };
}

/** Adds in place. */
export function addAmounts(total: ShardAmounts, more: ShardAmounts): void {
  total.joined += more.joined;
  total.left += more.left;
  addSums(total.sums, more.sums);
  total.visits.push(...more.visits);
  if (total.visits.length > MOST_VISITS) total.visits.splice(0, total.visits.length - MOST_VISITS);
}
