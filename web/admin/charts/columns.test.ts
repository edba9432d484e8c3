import assert from 'node:assert/strict';
import type { Figures, HistoryRow } from '../../../protocol/report.ts';
import { CHARTS, historyColumns, liveColumns, stackedUp } from './columns.ts';

const chart = (title: string) => CHARTS.find((plan) => plan.title === title)!;

Deno.test('live figures become columns with their times in seconds', () => {
  const figures = [{ at: 1000, viewers: 2, waiting: 0 }, { at: 2000, viewers: 3, waiting: 1 }] as Figures[];
  assert.deepEqual(liveColumns(chart('Viewers'), figures), { at: [1, 2], columns: [[2, 3], [0, 1]] });
});

Deno.test('steps of history become columns with their times in seconds', () => {
  const rows = [{ at: 0, viewers: 2, waiting: 0 }, { at: 60_000, viewers: 2, waiting: 1 }] as HistoryRow[];
  assert.deepEqual(historyColumns(chart('Viewers'), rows, 60).columns, [[2, 2], [0, 1]]);
});

Deno.test('stalls counted in a step are told per viewer and hour', () => {
  const rows = [{ at: 0, viewers: 2, stalls: 1 }, { at: 60_000, viewers: 0, stalls: 0 }] as HistoryRow[];
  assert.deepEqual(historyColumns(chart('Stalls per viewer-hour'), rows, 60).columns, [[30, 0]]);
});

Deno.test('sources stand on each other, the edge at the foot', () => {
  assert.deepEqual(stackedUp([[1, null], [2, 2], [3, 3]]), [[6, 5], [5, 5], [3, 3]]);
});
