import { expect, test } from 'vitest';
import { TurnBudget } from './turn-budget.ts';

test('without a budget nothing is ever spent, a budget of nothing is spent at once', () => {
  const turn = new TurnBudget();
  expect(turn.took('0', 1e6, 1e6, null)).toBe(false);
  expect(turn.spent).toBe(false);
  expect(turn.look(0)).toBe(true);
  expect(turn.spent).toBe(true);
});

test('the shards together spend it, and it comes back when a quarter is free', () => {
  const turn = new TurnBudget();
  expect(turn.took('0', 600, 9000, 1000)).toBe(false);
  expect(turn.took('1', 400, 9000, 1000)).toBe(true);
  expect(turn.spent).toBe(true);
  expect(turn.took('1', 200, 9000, 1000)).toBe(false);
  expect(turn.took('1', 100, 9000, 1000)).toBe(true);
  expect(turn.spent).toBe(false);
});

test('a shard whose viewers claim more than they can watch is not believed', () => {
  const turn = new TurnBudget();
  turn.took('0', 400_000, 900, 1000);
  expect(turn.spent).toBe(false);
});

test('shards that are closed count no more', () => {
  const turn = new TurnBudget();
  turn.took('0', 600, 900, 1000);
  turn.took('1', 600, 900, 1000);
  turn.keep(['0']);
  expect(turn.look(1000)).toBe(true);
  expect(turn.spent).toBe(false);
});
