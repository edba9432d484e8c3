import assert from 'node:assert/strict';
import { Line } from './line.ts';

Deno.test('all streams together are held to the rate, and the parts of each come in order', async () => {
  const line = new Line(800);
  const streams = [line.stream(), line.stream()];
  const came: number[][] = [[], []];
  const startedMs = performance.now();
  for (const part of [1, 2, 3]) {
    for (const [i, stream] of streams.entries()) await stream.send(5000, () => came[i]!.push(part));
  }
  assert.deepEqual(came, [[], []]);
  await Promise.all(streams.map((stream) => stream.done()));
  assert.deepEqual(came, [[1, 2, 3], [1, 2, 3]]);
  assert.ok(performance.now() - startedMs >= 280, '30,000 bytes at 800 kbps are 300 ms');
});

Deno.test('small parts of a live stream are not held up by a large one, nor by each other', async () => {
  const line = new Line(800);
  const [large, small] = [line.stream(), line.stream()];
  const order: string[] = [];
  large.send(30_000, () => order.push('large'));
  for (const part of [1, 2, 3]) await small.send(100, () => order.push(`small ${part}`));
  await Promise.all([large.done(), small.done()]);
  assert.deepEqual(order, ['small 1', 'small 2', 'small 3', 'large']);
});

Deno.test('the sender of a stream waits while a buffer full of it is under way', async () => {
  const stream = new Line(8000).stream();
  const startedMs = performance.now();
  await stream.send(60_000, () => {});
  assert.ok(performance.now() - startedMs < 30);
  await stream.send(60_000, () => {});
  assert.ok(performance.now() - startedMs >= 50, '54,464 bytes have to be through: 54 ms');
  await stream.done();
});
