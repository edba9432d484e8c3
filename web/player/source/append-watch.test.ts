import assert from 'node:assert/strict';
import { type AppendState, AppendWatch } from './append-watch.ts';

const idle: AppendState = {
  nowMs: 0,
  paused: false,
  positionUs: 9_800_000,
  bufferedUs: 10_000_000,
  readyUs: 11_000_000,
};

/** The first hop within two seconds in which nothing changes. */
function hop(state: AppendState): number | undefined {
  const watch = new AppendWatch();
  for (let nowMs = 0; nowMs < 2000; nowMs += 100) {
    const to = watch.look({ ...state, nowMs });
    if (to !== undefined) return to;
  }
  return undefined;
}

Deno.test('a buffer that stands still though more has come is left by a hop just behind its end', () => {
  assert.equal(hop(idle), 10_060_000);
});

Deno.test('a buffer is not left while there is much to play, nothing more has come, or playback is paused', () => {
  assert.equal(hop({ ...idle, positionUs: 9_000_000 }), undefined);
  assert.equal(hop({ ...idle, readyUs: 10_100_000 }), undefined);
  assert.equal(hop({ ...idle, paused: true }), undefined);
});

Deno.test('a buffer that grows is well, and a hop is not repeated at once', () => {
  const watch = new AppendWatch();
  for (let nowMs = 0; nowMs < 2000; nowMs += 100) {
    assert.equal(watch.look({ ...idle, nowMs, bufferedUs: 10_000_000 + nowMs }), undefined);
  }
  const again = new AppendWatch();
  const hops = Array.from({ length: 20 }, (_, i) => again.look({ ...idle, nowMs: i * 100 }));
  assert.equal(hops.filter((to) => to !== undefined).length, 1);
});
