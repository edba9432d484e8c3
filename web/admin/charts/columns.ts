/** Figures and history as the columns that a chart draws. Pure. */
import type { Figures, HistoryRow } from '../../../protocol/report.ts';

export type Value = number | null;

/** Times in seconds since 1970, ascending, and one column a series. */
export interface ChartData {
  at: number[];
  columns: Value[][];
}

/** One line of a chart: what it is called, which colour of tokens.css it has, and where its values come from. */
export interface Series {
  name: string;
  color: string;
  /** Of live figures, and of a step of history. */
  now(figures: Figures): Value;
  then(row: HistoryRow): Value;
  /** A bound, not an amount: drawn as a dashed line. */
  bound?: boolean;
}

export interface ChartPlan {
  title: string;
  unit: 'count' | 'kbps' | 'ms' | 'perHour';
  series: Series[];
  /** Series stand on each other. */
  stacked?: boolean;
  /** Takes the whole width. */
  broad?: boolean;
  /** The scale is never smaller than this: noise near zero looks like noise. */
  least: number;
}

export const CHARTS: ChartPlan[] = [
  {
    title: 'Where the bytes come from',
    unit: 'kbps',
    least: 100,
    stacked: true,
    broad: true,
    series: [
      { name: 'Same network', color: '--lan', now: (f) => f.lanKbps, then: (r) => r.lanKbps },
      { name: 'Other viewers', color: '--peer', now: (f) => f.peerKbps, then: (r) => r.peerKbps },
      { name: 'Relayed', color: '--turn', now: (f) => f.turnKbps, then: (r) => r.turnKbps },
      { name: 'Edge', color: '--server', now: (f) => f.edgeKbps, then: (r) => r.edgeKbps },
    ],
  },
  {
    title: 'Viewers',
    unit: 'count',
    least: 4,
    series: [
      { name: 'Viewers', color: '--accent', now: (f) => f.viewers, then: (r) => r.viewers },
      { name: 'Waiting', color: '--bad', now: (f) => f.waiting, then: (r) => r.waiting },
    ],
  },
  {
    title: 'What the edge sends',
    unit: 'kbps',
    least: 100,
    series: [
      { name: 'Sent', color: '--accent', now: (f) => f.egressKbps, then: (r) => r.egressKbps },
      { name: 'Cap', color: '--bad', bound: true, now: (f) => f.capKbps, then: () => null },
    ],
  },
  {
    title: 'Live latency',
    unit: 'ms',
    least: 1000,
    series: [
      { name: 'Half of viewers', color: '--accent', now: (f) => f.latencyP50Ms, then: (r) => r.latencyP50Ms },
      { name: '95 %', color: '--turn', now: (f) => f.latencyP95Ms, then: (r) => r.latencyP95Ms },
    ],
  },
  {
    title: 'Stalls per viewer-hour',
    unit: 'perHour',
    least: 1,
    series: [{
      name: 'Stalls',
      color: '--bad',
      now: (f) => f.stallsPerHour,
      then: (r) => r.stalls,
    }],
  },
];

export function liveColumns({ series }: ChartPlan, figures: readonly Figures[]): ChartData {
  return {
    at: figures.map(({ at }) => at / 1000),
    columns: series.map(({ now }) => figures.map(now)),
  };
}

/** Stalls are counted a step: they are shown an hour and viewer. */
export function historyColumns(
  { series, unit }: ChartPlan,
  rows: readonly HistoryRow[],
  stepS: number,
): ChartData {
  const scaled = (value: Value, row: HistoryRow): Value => {
    if (unit !== 'perHour' || value === null) return value;
    return row.viewers > 0 ? value * 3600 / stepS / row.viewers : 0;
  };
  return {
    at: rows.map(({ at }) => at / 1000),
    columns: series.map(({ then }) => rows.map((row) => scaled(then(row), row))),
  };
}

/** Each column on top of those after it, the last one at the foot; a null counts as nothing. */
export function stackedUp(columns: Value[][]): number[][] {
  const sums: number[][] = [];
  for (const column of columns.toReversed()) {
    const below = sums[0];
    sums.unshift(column.map((value, i) => (value ?? 0) + (below?.[i] ?? 0)));
  }
  return sums;
}
