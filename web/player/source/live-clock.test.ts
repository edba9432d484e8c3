import assert from 'node:assert/strict';
import { LiveClock } from './live-clock.ts';

const EPOCH = 1_000_000;

Deno.test('latency is the edge clock less the date of the picture', () => {
  const clock = new LiveClock(EPOCH);
  clock.observe(9_000_000, EPOCH + 9_200);
  assert.equal(clock.latencyMs(8_000_000, EPOCH + 9_500), 1_500);
});

Deno.test('an origin whose clock runs ahead does not make latency negative', () => {
  const clock = new LiveClock(EPOCH);
  clock.observe(9_000_000, EPOCH + 7_000);
  assert.equal(clock.latencyMs(9_000_000, EPOCH + 7_000), 0);
  assert.equal(clock.latencyMs(8_000_000, EPOCH + 7_500), 1_500);
});

Deno.test('the decode time of a latency is the inverse of the latency of a decode time', () => {
  const clock = new LiveClock(EPOCH);
  const decodeTimeUs = clock.decodeTimeUs(1_500, EPOCH + 20_000);
  assert.equal(decodeTimeUs, 18_500_000);
  assert.equal(clock.latencyMs(decodeTimeUs, EPOCH + 20_000), 1_500);
});
