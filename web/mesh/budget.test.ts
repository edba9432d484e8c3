import assert from 'node:assert/strict';
import { UploadBudget } from './budget.ts';
import { TUNING } from './tuning.ts';

Deno.test('what was sent leaves at the rate of the budget', () => {
  const budget = new UploadBudget(800, TUNING);
  budget.charge(10_000, 1000);
  assert.equal(budget.behindMs(1000), 100);
  budget.charge(10_000, 1050);
  assert.equal(budget.behindMs(1050), 150);
  assert.equal(budget.behindMs(2000), 0);
});

Deno.test('after a pause what was missed may go out at once, up to a second and a half of upload, and only once', () => {
  const budget = new UploadBudget(800, TUNING);
  budget.catchUp();
  budget.charge(140_000, 10_000);
  assert.equal(budget.behindMs(10_000), 0);
  budget.charge(20_000, 10_000);
  assert.equal(budget.behindMs(10_000), 100);
  budget.charge(10_000, 20_000);
  assert.equal(budget.behindMs(20_000), 100, 'credit that was used up does not come again');
});

Deno.test('a share of the budget is kept for repair', () => {
  assert.equal(new UploadBudget(1000, TUNING).slotsKbps, 800);
});

Deno.test('the budget shrinks while links queue, recovers after, and never passes what the owner allows', () => {
  const budget = new UploadBudget(1000, TUNING);
  for (let i = 0; i < 10; i++) budget.adapt(100_000);
  const least = budget.effectiveKbps;
  assert.ok(least < 500 && least >= 100, `${least}`);
  for (let i = 0; i < 5; i++) budget.adapt(0);
  assert.ok(budget.effectiveKbps > least);
  for (let i = 0; i < 200; i++) budget.adapt(0);
  assert.equal(budget.effectiveKbps, 1000);
  for (let i = 0; i < 200; i++) budget.adapt(1e6);
  assert.equal(budget.effectiveKbps, 100);
});

Deno.test('a new allowance holds at once', () => {
  const budget = new UploadBudget(1000, TUNING);
  budget.kbps = 0;
  budget.charge(1e6, 0);
  budget.adapt(1e6);
  assert.deepEqual([budget.effectiveKbps, budget.slotsKbps, budget.behindMs(0)], [0, 0, 0]);
});

Deno.test('a queue that is on its way out takes nothing from the budget', () => {
  const budget = new UploadBudget(1000, TUNING);
  budget.adapt(100_000);
  const shrunk = budget.effectiveKbps;
  budget.adapt(90_000);
  budget.adapt(80_000);
  assert.equal(budget.effectiveKbps, shrunk);
  budget.adapt(80_000);
  assert.ok(budget.effectiveKbps < shrunk);
});
