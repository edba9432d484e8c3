import assert from 'node:assert/strict';
import { Silence } from './silence.ts';

/** Looks ten times a second; `grows` says which tracks have something new at a time. */
function silentAfter(silence: Silence, fromMs: number, untilMs: number, grows: number[]): number[] {
  let silent: ReadonlySet<number> = new Set();
  for (let ms = fromMs; ms <= untilMs; ms += 100) {
    const marks = [0, 1].map((track) => ({ track, mark: grows.includes(track) ? `at ${ms}` : 'as before' }));
    silent = silence.look(marks, ms);
  }
  return [...silent];
}

Deno.test('a track of which nothing comes for three seconds, while the other goes on, is silent until it is back', () => {
  const silence = new Silence();
  assert.deepEqual(silentAfter(silence, 0, 5000, [0, 1]), []);
  assert.deepEqual(silentAfter(silence, 5100, 7900, [0]), []);
  assert.deepEqual(silentAfter(silence, 8000, 9000, [0]), [1]);
  assert.deepEqual(silentAfter(silence, 9100, 9100, [0, 1]), []);
});

Deno.test('an outage is no silence of a track, nor is what comes a moment later than the other behind it', () => {
  const silence = new Silence();
  assert.deepEqual(silentAfter(silence, 0, 5000, [0, 1]), []);
  assert.deepEqual(silentAfter(silence, 5100, 25_000, []), []);
  assert.deepEqual(silentAfter(silence, 25_100, 27_000, [0]), []);
  assert.deepEqual(silentAfter(silence, 27_100, 29_000, [0, 1]), []);
});

Deno.test('a track alone is never silent', () => {
  const silence = new Silence();
  for (let ms = 0; ms < 20_000; ms += 100) {
    assert.equal(silence.look([{ track: 1, mark: ms < 5000 ? `${ms}` : 'none' }], ms).size, 0);
  }
});
