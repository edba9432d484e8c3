import assert from 'node:assert/strict';
import { Line } from './line.ts';

Deno.test('small parts of one stream take their places as they come, not when the one before is through', async () => {
  const line = new Line(800);
  const [large, small] = [line.stream(), line.stream()];
  const order: string[] = [];
  const startedMs = performance.now();
  for (const i of [1, 2, 3]) {
    await large.send(10_000, () => order.push(`large ${i}`));
    await small.send(100, () => order.push(`small ${i}`));
  }
  assert.deepEqual(order, []);
  await Promise.all([large.done(), small.done()]);
  assert.deepEqual(order, ['large 1', 'small 1', 'large 2', 'small 2', 'large 3', 'small 3']);
  assert.ok(performance.now() - startedMs >= 290, '30,300 bytes at 800 kbps are 303 ms');
});

Deno.test('one stream does not take the whole queue: its sender waits while a buffer full of it is under way', async () => {
  const line = new Line(8000);
  const [large, small] = [line.stream(), line.stream()];
  const order: string[] = [];
  const sending = (async () => {
    for (const i of [1, 2, 3]) await large.send(60_000, () => order.push(`large ${i}`));
  })();
  await small.send(100, () => order.push('small'));
  await sending;
  await large.done();
  assert.deepEqual(order, ['large 1', 'small', 'large 2', 'large 3']);
});
