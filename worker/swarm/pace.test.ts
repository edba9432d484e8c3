import { expect, test } from 'vitest';
import { Pace, QUIET_REPORT_MS, SPREAD_MS, WATCHED_REPORT_MS } from './pace.ts';

test('all viewers of a shard report within four seconds, whenever they came', () => {
  const pace = new Pace('0');
  const dueOf = (nowMs: number, at: number) => nowMs + pace.next(nowMs, at).reportPhaseMs;
  const first = dueOf(1_000_000, 0);
  for (const [nowMs, at] of [[1_000_001, 0.5], [1_050_000, 1], [1_090_000, 0.2]] as const) {
    expect((dueOf(nowMs, at) - first) % QUIET_REPORT_MS).toBeLessThanOrEqual(SPREAD_MS);
  }
});

test('shards report in different seconds', () => {
  const phases = Array.from({ length: 50 }, (_, i) => new Pace(String(i)).next(0, 0).reportPhaseMs);
  expect(new Set(phases.map((ms) => Math.floor(ms / 1000))).size).toBeGreaterThan(30);
});

test('while somebody looks reports are due within half a minute', () => {
  const pace = new Pace('0');
  expect(pace.set(WATCHED_REPORT_MS)).toBe(true);
  expect(pace.set(WATCHED_REPORT_MS)).toBe(false);
  const { reportEveryMs, reportPhaseMs } = pace.next(12_345, 1);
  expect(reportEveryMs).toBe(WATCHED_REPORT_MS);
  expect(reportPhaseMs).toBeLessThanOrEqual(WATCHED_REPORT_MS + SPREAD_MS);
});
