import assert from 'node:assert/strict';
import { sparkPath } from './spark.tsx';

Deno.test('a sparkline spans its box from zero to its highest value', () => {
  assert.equal(sparkPath([0, 5, 10], 96, 24), 'M0 24L48 12L96 0');
});

Deno.test('a sparkline of nothing lies flat', () => {
  assert.equal(sparkPath([], 96, 24), 'M0 24H96');
  assert.equal(sparkPath([0, 0], 96, 24), 'M0 24L96 24');
});
