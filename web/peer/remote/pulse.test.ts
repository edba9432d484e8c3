import assert from 'node:assert/strict';
import { Pulse } from './pulse.ts';

const looks = (pulse: Pulse, count: number) => Array.from({ length: count }, () => pulse.look());

Deno.test('a worker that says nothing over four looks is dead', () => {
  const pulse = new Pulse();
  pulse.hear(false);
  assert.deepEqual(looks(pulse, 5), [false, false, false, false, true]);
});

Deno.test('a word now and then is enough', () => {
  const pulse = new Pulse();
  for (let i = 0; i < 5; i++) {
    assert.deepEqual(looks(pulse, 3), [false, false, false]);
    pulse.hear(false);
  }
});

Deno.test('after a fault figures do not show that a worker does its work, media does', () => {
  const pulse = new Pulse();
  const figures = () => {
    pulse.hear(false);
    return pulse.look();
  };
  pulse.fault();
  assert.deepEqual([figures(), figures(), figures()], [false, false, false]);
  pulse.hear(true);
  assert.deepEqual([figures(), figures(), figures(), figures(), figures()], Array(5).fill(false));
  pulse.fault();
  assert.deepEqual([figures(), figures(), figures(), figures()], [false, false, false, true]);
});
