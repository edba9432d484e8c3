import assert from 'node:assert/strict';
import { Random } from './random.ts';

Deno.test('the same seed gives the same draws, another seed others', () => {
  const draws = (seed: number) => Array.from({ length: 20 }, new Random(seed).unit);
  assert.deepEqual(draws(1), draws(1));
  assert.notDeepEqual(draws(1), draws(2));
});

Deno.test('draws lie in their ranges and their means are the promised ones', () => {
  const random = new Random(7);
  const mean = (draw: () => number) => Array.from({ length: 20_000 }, draw).reduce((a, b) => a + b) / 20_000;
  const close = (value: number, wanted: number, off: number) =>
    assert.ok(Math.abs(value - wanted) < off, `${value} is not about ${wanted}`);
  close(mean(random.unit), 0.5, 0.01);
  close(mean(() => random.below(10)), 4.5, 0.1);
  close(mean(() => random.exponential(30)), 30, 1);
  close(mean(() => random.normal()), 0, 0.03);
  close(mean(() => random.chance(0.2) ? 1 : 0), 0.2, 0.02);
  close(mean(() => random.weighted([0.5, 0, 0.5])), 1, 0.03);
  for (let i = 0; i < 1000; i++) assert.ok(random.below(3) < 3);
});

Deno.test('a log-normal draw has its median in the middle', () => {
  const random = new Random(3);
  const above =
    Array.from({ length: 10_000 }, () => random.logNormal(450, 0.5)).filter((x) => x > 450).length;
  assert.ok(above > 4800 && above < 5200, `${above} of 10,000 are above the median`);
});

Deno.test('picking from nothing gives nothing', () => {
  assert.equal(new Random(1).pick([]), undefined);
});
