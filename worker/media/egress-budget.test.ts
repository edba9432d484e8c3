import { expect, test } from 'vitest';
import { EgressBudget } from './egress-budget.ts';

/** 1000 kbps: 125,000 bytes a second, and half of that in the full bucket. */
function budgetOf(capKbps: number | null): EgressBudget {
  const budget = new EgressBudget();
  budget.setCap(capKbps, 0);
  return budget;
}

/** Asks for 1 kB pieces of a kind until refused; answers how many kB passed. */
function drain(
  budget: EgressBudget,
  kind: 'seed' | 'join' | 'repair' | 'run' | 'hls',
  nowMs: number,
): number {
  let passed = 0;
  while (passed < 1000 && budget.take(kind, 1000, nowMs).ok) passed++;
  return passed;
}

test('without a cap everything passes', () => {
  const budget = budgetOf(null);
  expect(budget.isCapped).toBe(false);
  expect(drain(budget, 'hls', 0)).toBe(1000);
});

test('the lower the priority, the sooner the cap is spent', () => {
  const passed = (['join', 'repair', 'run', 'hls'] as const).map((kind) => drain(budgetOf(1000), kind, 0));
  expect(passed).toEqual([63, 51, 38, 26]);
});

test('what a lower kind has spent leaves the reserve of the higher ones', () => {
  const budget = budgetOf(1000);
  drain(budget, 'hls', 0);
  expect(drain(budget, 'run', 0)).toBe(12);
  expect(drain(budget, 'repair', 0)).toBe(13);
  expect(drain(budget, 'join', 0)).toBe(12);
  expect(budget.take('join', 1000, 0).ok).toBe(false);
});

test('seeds are never refused, and everybody else pays for them', () => {
  const budget = budgetOf(1000);
  for (let i = 0; i < 100; i++) expect(budget.take('seed', 1000, 0).ok).toBe(true);
  expect(budget.take('join', 1, 0).ok).toBe(false);
  expect(budget.take('join', 1000, 290).ok).toBe(false);
  expect(budget.take('join', 1000, 310).ok).toBe(true);
});

test('over a long time no more passes than the cap', () => {
  const budget = budgetOf(1000);
  let bytes = 0;
  for (let nowMs = 0; nowMs < 60_000; nowMs += 10) {
    for (const kind of ['hls', 'run', 'repair', 'join'] as const) {
      if (budget.take(kind, 5000, nowMs).ok) bytes += 5000;
    }
  }
  expect(bytes).toBeLessThanOrEqual(61 * 125_000);
  expect(bytes).toBeGreaterThan(58 * 125_000);
});

test('a refusal says after how long the request would pass', () => {
  const budget = budgetOf(1000);
  budget.take('join', 62_500, 0);
  const refused = budget.take('repair', 10_000, 0);
  expect(refused).toEqual({ ok: false, retryAfterMs: 100 });
  expect(budget.take('repair', 10_000, 99).ok).toBe(false);
  expect(budget.take('repair', 10_000, 100).ok).toBe(true);
});

test('what is larger than the bucket passes while something is left for it, and leaves a debt', () => {
  const budget = budgetOf(1000);
  budget.take('join', 10_000, 0);
  expect(budget.take('run', 500_000, 0).ok).toBe(true);
  expect(budget.take('join', 1000, 3570).ok).toBe(false);
  expect(budget.take('join', 1000, 3590).ok).toBe(true);
});

test('an unchanged cap does not fill the bucket, a changed one does', () => {
  const budget = budgetOf(1000);
  drain(budget, 'join', 0);
  budget.setCap(1000, 0);
  expect(budget.take('join', 1000, 0).ok).toBe(false);
  budget.setCap(2000, 0);
  expect(drain(budget, 'join', 0)).toBe(126);
  budget.setCap(null, 0);
  expect(budget.take('hls', 1e9, 0).ok).toBe(true);
});

test('what was drawn and never went may be drawn again, and fills no more than the bucket', () => {
  const budget = budgetOf(1000);
  budget.take('join', 500_000, 0);
  expect(budget.take('join', 1000, 0).ok).toBe(false);
  budget.giveBack(450_000);
  expect(budget.take('join', 1000, 0).ok).toBe(true);
  budget.giveBack(1e6);
  expect(drain(budget, 'join', 0)).toBe(63);
});

test('a clock that goes back gives nothing away', () => {
  const budget = budgetOf(1000);
  drain(budget, 'join', 10_000);
  expect(budget.take('join', 1000, 0).ok).toBe(false);
  expect(budget.take('join', 1000, 10_000).ok).toBe(false);
});
