import assert from 'node:assert/strict';
import { fullJitterMs } from './backoff.ts';

Deno.test('waits are drawn from nothing up to a bound that doubles, and is bounded itself', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 50].map((n) => fullJitterMs(() => 1, n, 100, 1000)), [
    100,
    200,
    400,
    800,
    1000,
    1000,
  ]);
  assert.equal(fullJitterMs(() => 0, 9, 100, 1000), 0);
});
