import assert from 'node:assert/strict';
import { CutClock } from './cut-clock.ts';
import type { World } from './seams.ts';

/** A clock of a peer whose wall clock is wrong by so much, at a moving time. */
function clockOff(offMs: number): { clock: CutClock; at: (ms: number) => void } {
  let now = 0;
  const world = { now: () => now + 777, wallClockS: () => (now + 50_000 + offMs) / 1000 } as unknown as World;
  return { clock: new CutClock(world, 50_000), at: (ms) => now = ms };
}

Deno.test('with a right wall clock the lag is what passed since the cut', () => {
  const { clock, at } = clockOff(0);
  at(5000);
  assert.equal(Math.round(clock.observe(4700)), 300);
});

Deno.test('a clock that is behind is corrected by the first piece from the future', () => {
  const { clock, at } = clockOff(-60_000);
  at(5000);
  assert.equal(clock.observe(4900), 0);
  at(5100);
  assert.equal(Math.round(clock.observe(4800)), 200);
});

Deno.test('a clock that is far ahead is corrected after some pieces', () => {
  const { clock, at } = clockOff(3_600_000);
  for (let i = 0; i < 200; i++) {
    at(5000 + 100 * i);
    clock.observe(4700 + 100 * i);
  }
  at(50_000);
  assert.ok(Math.abs(clock.observe(49_700) - 500) < 100);
});
