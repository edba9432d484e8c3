import assert from 'node:assert/strict';
import { Restarts } from './restarts.ts';

Deno.test('what dies at once each time is started after longer and longer pauses, and in the end no more', () => {
  const restarts = new Restarts();
  let nowMs = 0;
  const pauses: (number | undefined)[] = [];
  for (let i = 0; i < 8; i++) {
    const pauseMs = restarts.next(nowMs);
    pauses.push(pauseMs);
    nowMs += (pauseMs ?? 0) + 5000;
  }
  assert.deepEqual(pauses, [0, 2000, 5000, 10_000, 20_000, 40_000, undefined, undefined]);
});

Deno.test('what was well for a minute is started at once again', () => {
  const restarts = new Restarts();
  assert.equal(restarts.next(0), 0);
  assert.equal(restarts.next(10_000), 2000);
  assert.equal(restarts.next(72_000), 0);
});
