import assert from 'node:assert/strict';
import { Watchdog, type WatchdogInput } from './watchdog.ts';

const standing: WatchdogInput = {
  nowMs: 0,
  positionUs: 10_000_000,
  paused: false,
  startUs: 0,
  readyUs: 20_000_000,
};

/** Looks every 100 ms while the playhead stands, and answers what was said other than `wait`. */
function watch(dog: Watchdog, input: WatchdogInput, seconds: number): string[] {
  const said: string[] = [];
  for (let at = 0; at <= seconds * 1000; at += 100) {
    said.push(dog.look({ ...input, nowMs: input.nowMs + at }));
  }
  return said.filter((verdict) => verdict !== 'wait' && verdict !== 'well');
}

Deno.test('a playhead that moves is well', () => {
  const dog = new Watchdog();
  dog.look(standing);
  assert.equal(dog.look({ ...standing, nowMs: 100, positionUs: 10_100_000 }), 'well');
});

Deno.test('a playhead that stands still though there is media jumps to live, and loads anew when that does not help', () => {
  assert.deepEqual(watch(new Watchdog(), standing, 7), ['jump', 'reload']);
});

Deno.test('a paused playhead may stand', () => {
  assert.deepEqual(watch(new Watchdog(), { ...standing, paused: true }, 10), []);
});

Deno.test('a playhead with nothing to play waits: the encoder is away', () => {
  assert.deepEqual(watch(new Watchdog(), { ...standing, readyUs: 10_200_000 }, 60), []);
});

Deno.test('a playhead that fell out of the window goes to live at once', () => {
  const dog = new Watchdog();
  assert.equal(dog.look({ ...standing, startUs: 30_000_000, readyUs: 60_000_000 }), 'jump');
});

Deno.test('the hop of a jump alone is no proof that playback runs', () => {
  const dog = new Watchdog();
  const lost = { ...standing, startUs: 30_000_000, readyUs: 60_000_000 };
  dog.look(lost);
  assert.equal(dog.look({ ...lost, nowMs: 100, positionUs: 58_000_000 }), 'wait');
  assert.equal(dog.look({ ...lost, nowMs: 200, positionUs: 58_100_000 }), 'well');
});
