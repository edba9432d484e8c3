import assert from 'node:assert/strict';
import { Meter } from './meter.ts';

Deno.test('before any piece came its lag is 0', () => {
  assert.equal(new Meter().lagAt(0.5), 0);
  assert.equal(new Meter().recentLagAt(0.95), 0);
});

Deno.test('the lag at a share counts the pieces that came, by size as numbers', () => {
  const meter = new Meter();
  for (const ms of [100, 9, 1000, 20]) meter.lag(ms);
  assert.deepEqual([0, 0.25, 0.5, 0.75, 1].map((share) => meter.lagAt(share)), [9, 20, 100, 1000, 1000]);
});

Deno.test('the lag counts the latest 256 pieces, the recent lag the latest 32', () => {
  const meter = new Meter();
  for (let ms = 1; ms <= 300; ms++) meter.lag(ms);
  assert.deepEqual([0, 1].map((share) => meter.lagAt(share)), [45, 300]);
  assert.deepEqual([0, 1].map((share) => meter.recentLagAt(share)), [269, 300]);
  assert.equal(meter.lagAt(1), 300);
});
