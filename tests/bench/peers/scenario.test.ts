import assert from 'node:assert/strict';
import { planScenario } from './scenario.ts';

Deno.test('steady viewers join one a second and are measured from 10 s after the last join', () => {
  const plan = planScenario('steady', 8, 60);
  assert.deepEqual(plan.steps.map((step) => step.atS), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual([plan.fromS, plan.endS], [17, 77]);
});

Deno.test('a flash crowd joins within two seconds', () => {
  const plan = planScenario('flash', 8, 30);
  assert.ok(plan.steps.every((step) => step.atS < 2));
});

Deno.test('churn keeps the number of viewers', () => {
  const plan = planScenario('churn', 4, 30);
  const leaves = plan.steps.filter((step) => step.what === 'leave').length;
  assert.equal(leaves, 3);
  assert.equal(plan.steps.length, 4 + 2 * leaves);
});

Deno.test('viewers alone come when the one before has left', () => {
  const plan = planScenario('alone', 3, 30);
  assert.deepEqual(plan.steps.map((step) => step.what), ['join', 'leave', 'join', 'leave', 'join', 'leave']);
  const { steps } = plan;
  assert.ok(steps.every((step, i) => i === 0 || step.atS > steps[i - 1]!.atS));
  assert.deepEqual([plan.fromS, plan.endS > steps.at(-1)!.atS], [0, true]);
});

Deno.test('only the capped scenario has a cap, of two copies', () => {
  assert.equal(planScenario('capped', 8, 30).capCopies, 2);
  assert.equal(planScenario('steady', 8, 30).capCopies, undefined);
});
