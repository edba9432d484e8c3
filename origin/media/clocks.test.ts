import assert from 'node:assert/strict';
import { UnsupportedMedia } from '../rtmp/seam.ts';
import { AudioClock } from './audio-clock.ts';
import { Pace } from './pace.ts';
import { SessionClock } from './session-clock.ts';

function clockAt(elapsedMs: number, lastEndMs = 0) {
  const wall = { elapsedMs, lastEndMs };
  return {
    wall,
    clock: new SessionClock({ elapsedMs: () => wall.elapsedMs, lastEndMs: () => wall.lastEndMs }),
  };
}

Deno.test('a session begins at the wall clock, or where media ends if that is later', () => {
  assert.deepEqual(clockAt(500).clock.map('video', 77_000), { timeMs: 500, jumped: false });
  assert.deepEqual(clockAt(500, 900).clock.map('audio', 0), { timeMs: 900, jumped: false });
  assert.equal(clockAt(-50).clock.map('audio', 0).timeMs, 0);
});

Deno.test('audio and video share one offset', () => {
  const { clock } = clockAt(1000);
  assert.equal(clock.map('audio', 40).timeMs, 1000);
  assert.equal(clock.map('video', 100).timeMs, 1060);
  assert.equal(clock.map('audio', 63).timeMs, 1023);
});

Deno.test('after a jump the second track joins the new offset of the first', () => {
  const { clock, wall } = clockAt(0);
  clock.map('video', 0);
  clock.map('audio', 0);
  wall.elapsedMs = 2000;
  assert.deepEqual(clock.map('video', 900_000), { timeMs: 2000, jumped: true });
  assert.deepEqual(
    clock.map('audio', 20),
    { timeMs: 20, jumped: false },
    'audio of before the jump keeps its time',
  );
  assert.deepEqual(clock.map('audio', 900_010), { timeMs: 2010, jumped: true });
  assert.deepEqual(clock.map('video', 900_040), { timeMs: 2040, jumped: false });
});

Deno.test('a small step back or a short pause is no jump', () => {
  const { clock } = clockAt(0);
  clock.map('video', 1000);
  assert.equal(clock.map('video', 900).jumped, false);
  assert.equal(clock.map('video', 3800).jumped, false);
});

Deno.test('timestamps that always jump are refused', () => {
  const { clock } = clockAt(0);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) clock.map('video', i % 2 === 0 ? 0 : 1_000_000);
  }, UnsupportedMedia);
});

/** Media of an encoder whose clock runs at `pace`, over a network that makes up to 300 ms late, as it is placed. */
function* encoderAt(pace: number, hours: number) {
  const { clock, wall } = clockAt(0);
  const audio = new AudioClock(48_000, 1024);
  let [madeMs, chance] = [0, 1];
  for (let frame = 0; madeMs < hours * 3_600_000; frame++) {
    madeMs = frame * 1024 / 48;
    chance = chance * 16_807 % 2_147_483_647;
    wall.elapsedMs = Math.max(wall.elapsedMs, madeMs + 300 * chance / 2_147_483_647);
    const { timeMs, jumped } = clock.map('audio', Math.round(madeMs * pace));
    const { decodeTime, gapBefore } = audio.place(timeMs)!;
    const video = frame % 2 === 0 ? clock.map('video', Math.round(madeMs * pace)) : undefined;
    yield { madeMs, audioMs: decodeTime / 48, videoMs: video?.timeMs, jumped, gap: gapBefore && frame > 0 };
  }
}

for (const pace of [1.001, 1, 0.999]) {
  Deno.test(`an encoder whose clock runs at ${pace} is neither ahead nor behind after hours, and no frame is missed`, () => {
    let lastVideoMs = 0;
    for (const { madeMs, audioMs, videoMs, jumped, gap } of encoderAt(pace, 1.5)) {
      assert.ok(!jumped && !gap);
      assert.ok(Math.abs(audioMs - madeMs) < 450, `audio is ${audioMs - madeMs} ms off after ${madeMs} ms`);
      if (videoMs === undefined) continue;
      assert.ok(Math.abs(videoMs - audioMs) < 60, `video is ${videoMs - audioMs} ms from audio`);
      assert.ok(videoMs >= lastVideoMs, 'time goes forward');
      lastVideoMs = videoMs;
    }
  });
}

Deno.test('a network that stands still for ten seconds does not bend the time', () => {
  const { clock, wall } = clockAt(0);
  for (let ms = 0; ms < 600_000; ms += 40) {
    const heldUntilMs = ms >= 300_000 && ms < 310_000 ? 310_000 : ms;
    wall.elapsedMs = heldUntilMs;
    assert.equal(clock.map('video', ms).timeMs, ms);
  }
});

Deno.test('samples that waited and come in a burst date what follows too early only for a while', () => {
  const { clock, wall } = clockAt(0);
  const aheadAfter = (untilMs: number) => {
    for (; wall.elapsedMs < untilMs; wall.elapsedMs += 40) {
      assert.ok(!clock.map('video', wall.elapsedMs + 1300).jumped);
    }
    return clock.map('video', wall.elapsedMs + 1300).timeMs - wall.elapsedMs;
  };
  for (let ms = 1000; ms < 1300; ms += 40) clock.map('video', ms);
  assert.equal(aheadAfter(1000), 300);
  assert.ok(Math.abs(aheadAfter(180_000)) < 60);
});

Deno.test('audio is counted in samples, whatever the rounding of its timestamps', () => {
  const clock = new AudioClock(44_100, 1024);
  for (let i = 0; i < 5000; i++) {
    const placed = clock.place(Math.round(i * 1024 / 44.1));
    assert.deepEqual(placed, { decodeTime: i * 1024, gapBefore: i === 0 });
  }
});

Deno.test('a clock that drifts is followed by little steps, without a gap', () => {
  for (const drift of [1.001, 0.999]) {
    const clock = new AudioClock(48_000, 1024);
    let placed = 0;
    for (let i = 0; i < 20_000; i++) {
      const told = i * 1024 / 48 * drift;
      const { decodeTime, gapBefore } = clock.place(told)!;
      if (i > 0) {
        assert.equal(gapBefore, false);
        assert.ok(Math.abs(decodeTime - placed - 1024) <= 8);
      }
      placed = decodeTime;
      assert.ok(Math.abs(decodeTime / 48 - told) < 60, `frame ${i} is ${decodeTime / 48 - told} ms off`);
    }
  }
});

Deno.test('missing audio leaves a gap, doubled audio is dropped', () => {
  const clock = new AudioClock(48_000, 1024);
  clock.place(0);
  assert.deepEqual(clock.place(1000), { decodeTime: 48_000, gapBefore: true });
  assert.equal(clock.place(500), undefined);
  clock.restart();
  assert.deepEqual(clock.place(500), { decodeTime: 24_000, gapBefore: true });
});

Deno.test('media that comes at twice its pace is refused with what to do, a burst or a fast clock is not', () => {
  const refusedAt = (pace: number, minutes: number, burstMs = 0): number | undefined => {
    let elapsedMs = 0;
    const clock = new SessionClock({ elapsedMs: () => elapsedMs, lastEndMs: () => 0 });
    for (; elapsedMs < minutes * 60_000; elapsedMs += 100) {
      try {
        clock.map('video', (elapsedMs > 5000 ? burstMs : 0) + elapsedMs * pace);
      } catch (error) {
        assert.match((error as Error).message, /faster than it plays.*-re/);
        return elapsedMs;
      }
    }
    return undefined;
  };
  assert.equal(refusedAt(2, 5), 30_100);
  assert.equal(refusedAt(1.01, 120), undefined);
  assert.equal(refusedAt(1, 5, 2900), undefined);
});

Deno.test('a wall clock that is set back by an hour makes nothing of what comes too fast', () => {
  const pace = new Pace();
  assert.ok(pace.follow(0, 3_600_000));
  assert.ok(pace.follow(1000, 1000));
  assert.ok(pace.follow(2000, 2000));
  assert.equal(pace.follow(40_000, 3000), false);
});
