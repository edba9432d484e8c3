import assert from 'node:assert/strict';
import { Timeline } from './timeline.ts';

function unwrapped(...timestamps: number[]): number[] {
  const timeline = new Timeline();
  return timestamps.map((timestamp) => timeline.unwrap(timestamp));
}

Deno.test('time counts on past 2^32, again and again', () => {
  const half = 0x7fffffff;
  assert.deepEqual(unwrapped(0xfffffff0, 5, half, 0xfffffff0, 6), [
    0xfffffff0,
    2 ** 32 + 5,
    2 ** 32 + half,
    2 ** 32 + 0xfffffff0,
    2 * 2 ** 32 + 6,
  ]);
});

Deno.test('a step back over the wrap goes back', () => {
  assert.deepEqual(unwrapped(0xfffffff0, 5, 0xfffffff8), [0xfffffff0, 2 ** 32 + 5, 0xfffffff8]);
});

Deno.test('a step back stays a step back, even below zero', () => {
  assert.deepEqual(unwrapped(1000, 400, 1010), [1000, 400, 1010]);
  assert.deepEqual(unwrapped(0, 2 ** 32 - 20), [0, -20]);
});
