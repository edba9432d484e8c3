import assert from 'node:assert/strict';
import { cellsOf, latencyOf, stripOf, timeOf } from './bar-code.ts';

Deno.test('the clock that is drawn is the clock that is read', () => {
  for (const ms of [0, 1, 123_456, 1_795_368_000_123]) assert.equal(timeOf(cellsOf(ms)), ms % 2 ** 32);
});

Deno.test('one wrong cell makes no clock', () => {
  const cells = cellsOf(1_795_368_000_123);
  const wrong = cells.map((_, at) => timeOf(cells.map((cell, i) => i === at ? 1 - cell : cell)));
  assert.ok(wrong.every((time) => time === undefined));
});

Deno.test('latency is read across the wrap of the clock', () => {
  assert.equal(latencyOf(cellsOf(2 ** 32 - 500), 2 ** 32 + 700), 1200);
  assert.equal(latencyOf(null, 5), undefined);
});

Deno.test('the strip is gray and full', () => {
  const strip = stripOf(12345);
  assert.equal(strip.length, 640 * 16);
  assert.deepEqual([...new Set(strip)].sort(), [16, 235].sort());
});
