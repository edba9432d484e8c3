import assert from 'node:assert/strict';
import { Coming } from './coming.ts';

Deno.test('what was asked for is waited for a moment, and on as long as it comes faster than it is played', () => {
  const coming = new Coming();
  coming.begin([0, 1], 1000);
  assert.ok(coming.brings(1, 1399));
  assert.ok(!coming.brings(2, 1399));
  assert.ok(!coming.brings(1, 1400));
  assert.ok(coming.observe(10_000, 1500));
  assert.ok(coming.observe(10_300, 1800));
  assert.ok(coming.brings(0, 2199));
});

Deno.test('a join that trickles is not waited for, nor what has come', () => {
  const coming = new Coming();
  coming.begin([0], 0);
  coming.observe(10_000, 50);
  assert.ok(!coming.observe(10_100, 250));
  assert.ok(!coming.brings(0, 251));
  coming.begin([0], 1000);
  coming.observe(12_000, 1050);
  coming.begin([], 1100);
  assert.ok(!coming.brings(0, 1100));
  assert.ok(coming.isFlowing(1100), 'its last pieces may stand in the line');
});
