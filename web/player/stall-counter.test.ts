import assert from 'node:assert/strict';
import { StallCounter } from './stall-counter.ts';

function counter() {
  const clock = { ms: 0 };
  return { clock, stalls: new StallCounter(() => clock.ms) };
}

Deno.test('waiting before the first picture is start-up, not a stall', () => {
  const { stalls } = counter();
  stalls.waiting();
  assert.equal(stalls.count, 0);
});

Deno.test('waiting while playing is a stall, once until playback goes on, and its time is counted', () => {
  const { stalls, clock } = counter();
  stalls.started();
  clock.ms = 1000;
  stalls.waiting();
  stalls.waiting();
  clock.ms = 1400;
  assert.equal(stalls.stalledMs, 400);
  stalls.resumed();
  clock.ms = 5000;
  assert.deepEqual([stalls.count, stalls.stalledMs], [1, 400]);
  stalls.waiting();
  assert.equal(stalls.count, 2);
});

Deno.test('waiting after a seek is excused for a while', () => {
  const { stalls, clock } = counter();
  stalls.started();
  stalls.excuse(2000);
  clock.ms = 1999;
  stalls.waiting();
  assert.equal(stalls.count, 0);
  clock.ms = 2000;
  stalls.waiting();
  assert.equal(stalls.count, 1);
});

Deno.test('a new broadcast starts up anew, the count goes on', () => {
  const { stalls } = counter();
  stalls.started();
  stalls.waiting();
  stalls.reset();
  stalls.waiting();
  assert.equal(stalls.count, 1);
  stalls.started();
  stalls.waiting();
  assert.equal(stalls.count, 2);
});
