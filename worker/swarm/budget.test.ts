import { expect, test } from 'vitest';
import { Budget } from './budget.ts';

test('a budget allows its burst, then its rate, and never saves up more than the burst', () => {
  const budget = new Budget(3, 2, 0);
  expect([1, 1, 1, 1].map((one) => budget.take(one, 0))).toEqual([true, true, true, false]);
  expect(budget.take(1, 499)).toBe(false);
  expect(budget.take(1, 500)).toBe(true);
  expect(budget.take(4, 1_000_000)).toBe(false);
  expect(budget.take(3, 1_000_000)).toBe(true);
});

test('a clock that goes back neither fills nor empties it', () => {
  const budget = new Budget(1, 1, 1000);
  expect(budget.take(1, 500)).toBe(true);
  expect(budget.take(1, 900)).toBe(false);
});
