import assert from 'node:assert/strict';
import { ServerClock } from './server-clock.ts';

/** An answer that took `there` and `back` milliseconds from an edge whose clock is ahead by `ahead`. */
function answer(askedAt: number, there: number, back: number, ahead: number) {
  return { nowMs: askedAt + there + ahead, askedAt, answeredAt: askedAt + there + back };
}

Deno.test('the clock of the edge is taken to be what it said in the middle of the exchange', () => {
  const clock = new ServerClock(0);
  clock.take(answer(1000, 100, 100, 50_000));
  assert.equal(clock.offsetMs, 50_000);
});

Deno.test('an edge that answers slowly does not move a clock that is known better', () => {
  const clock = new ServerClock(0);
  clock.take(answer(1000, 10, 30, 50_000));
  assert.equal(clock.offsetMs, 49_990);
  // It was started anew and spoke at the end, or the answer lay about.
  clock.take(answer(30_000, 1900, 100, 50_000));
  clock.take(answer(60_000, 100, 1900, 50_000));
  assert.equal(clock.offsetMs, 49_990);
  clock.take(answer(90_000, 10, 10, 50_000));
  assert.equal(clock.offsetMs, 50_000);
});

Deno.test('what cannot be true any more is given up, however good it was: a machine slept', () => {
  const clock = new ServerClock(0);
  clock.take(answer(1000, 5, 5, 50_000));
  clock.take(answer(60_000, 100, 300, 59_000));
  assert.equal(clock.offsetMs, 58_700);
});

Deno.test('clocks part slowly: after an hour an answer of the same kind is believed', () => {
  const clock = new ServerClock(0);
  clock.take(answer(1000, 20, 20, 50_000));
  clock.take(answer(3_600_000, 30, 30, 50_010));
  assert.equal(clock.offsetMs, 50_010);
});
