/** Rows of history in wider steps: amounts are added, gauges are means over the rows that have them. */
import type { HistoryRow } from '../../protocol/report.ts';
import { COUNTED_NAMES } from '../../protocol/stats.ts';
import { emptyRow } from './ledger.ts';

const AMOUNTS = [
  ...COUNTED_NAMES,
  'joined',
  'left',
  'egressBytes',
  'cacheHits',
  'cacheMisses',
  'originMisses',
  'refused',
] as const;
const MEANS = [
  'viewers',
  'waiting',
  'lanKbps',
  'peerKbps',
  'turnKbps',
  'edgeKbps',
  'uploadKbps',
  'egressKbps',
] as const;
const KNOWN_MEANS = ['latencyP50Ms', 'latencyP95Ms', 'supplyRatio', 'startupMs', 'ingestKbps'] as const;

/** `rows` in order of time. */
export function sumRows(rows: HistoryRow[], stepMs: number): HistoryRow[] {
  const groups = new Map<number, HistoryRow[]>();
  for (const row of rows) {
    const at = row.at - row.at % stepMs;
    const group = groups.get(at);
    if (group) group.push(row);
    else groups.set(at, [row]);
  }
  return [...groups].map(([at, group]) => sumGroup(at, group));
}

function sumGroup(at: number, group: HistoryRow[]): HistoryRow {
  const sum = emptyRow(at);
  for (const name of AMOUNTS) sum[name] = group.reduce((total, row) => total + row[name], 0);
  for (const name of MEANS) {
    sum[name] = Math.round(group.reduce((total, row) => total + row[name], 0) / group.length);
  }
  for (const name of KNOWN_MEANS) {
    const known = group.map((row) => row[name]).filter((value) => value !== null);
    if (known.length === 0) continue;
    const mean = known.reduce((total, value) => total + value, 0) / known.length;
    sum[name] = name === 'supplyRatio' ? Math.round(mean * 100) / 100 : Math.round(mean);
  }
  return sum;
}
