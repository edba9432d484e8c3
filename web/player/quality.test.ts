import assert from 'node:assert/strict';
import type { Track } from '../../protocol/broadcast.ts';
import { heldTo, qualitiesOf, QualityChoice, type QualityInput, startAt } from './quality.ts';

const video = (track: number, height: number, bitrateKbps: number): Track => ({
  track,
  kind: 'video',
  codec: 'avc1.64001f',
  timescale: 90_000,
  bitrateKbps,
  substreams: 8,
  sliceMs: 100,
  height,
});
const audio: Track = { ...video(1, 0, 64), kind: 'audio', codec: 'mp4a.40.2' };
const ladder = qualitiesOf([video(0, 360, 500), audio, video(2, 720, 1500), video(3, 1080, 3000)]);

/** A viewer whose figures a test changes as it goes; `wait` looks once a second. */
function viewer(at: number) {
  const choice = new QualityChoice(ladder, at);
  const figures: QualityInput = {
    nowMs: 0,
    receivedBytes: 0,
    stalls: 0,
    droppedFrames: 0,
    frames: 0,
    lagP95Ms: 300,
    targetMs: 1300,
    bufferMs: 900,
    shownHeight: 2160,
    pictured: true,
  };
  const wait = (seconds: number, change: Partial<QualityInput> = {}) => {
    Object.assign(figures, change);
    for (let i = 0; i < seconds; i++) {
      figures.nowMs += 1000;
      figures.frames += 25;
      choice.next({ ...figures });
    }
    return choice.now.name;
  };
  return { choice, figures, wait };
}

Deno.test('renditions are named by height, best first, sound left out', () => {
  assert.deepEqual(ladder.map(({ name }) => name), ['1080p', '720p', '360p']);
  assert.deepEqual(ladder.map(({ track }) => track), [3, 2, 0]);
  assert.equal(qualitiesOf([{ ...video(0, 0, 512), height: undefined }])[0]!.name, '512 kbps');
});

Deno.test('pieces that come early earn a better picture, step by step', () => {
  const { wait } = viewer(2);
  assert.equal(wait(10), '360p');
  assert.equal(wait(14), '720p');
  assert.equal(wait(40), '1080p');
});

Deno.test('a change loads the picture anew: that it waits meanwhile is not held against the new rendition', () => {
  const { wait, figures } = viewer(2);
  assert.equal(wait(24), '720p');
  Object.assign(figures, { stalls: 1, frames: 0 });
  assert.equal(wait(10), '720p');
  assert.equal(wait(1, { stalls: 2 }), '360p');
});

Deno.test('frames that the new rendition drops are counted from where the element counts anew', () => {
  const { wait, figures } = viewer(2);
  wait(300, { lagP95Ms: 900 });
  assert.equal(wait(16, { lagP95Ms: 300 }), '720p');
  figures.frames = 0;
  assert.equal(wait(9), '720p');
  assert.equal(wait(3, { droppedFrames: 60 }), '360p');
});

Deno.test('where supply is short nothing better than what is offered is chosen, and all of it again afterwards', () => {
  const { choice, wait } = viewer(0);
  choice.limit(2);
  assert.equal(wait(1), '720p');
  assert.equal(wait(120), '720p');
  choice.limit(0);
  assert.equal(wait(1), '360p');
  choice.limit(null);
  assert.equal(wait(120), '1080p');
});

Deno.test('a limit has the name of what it leaves, and none where it takes nothing away', () => {
  assert.deepEqual([0, 2, 3, 9, null].map((track) => heldTo(ladder, track)), ['360p', '720p', '', '', '']);
});

Deno.test('a stall, late pieces and dropped frames each cost a step', () => {
  for (const trouble of [{ stalls: 1 }, { lagP95Ms: 1200 }, { droppedFrames: 100 }]) {
    const { wait } = viewer(0);
    assert.equal(wait(7), '1080p');
    assert.equal(wait(1, trouble), '720p');
  }
});

Deno.test('what lies between early and late changes nothing', () => {
  const { wait } = viewer(1);
  assert.equal(wait(300, { lagP95Ms: 900 }), '720p');
});

Deno.test('a failed attempt is made later the next time', () => {
  const { figures, wait } = viewer(2);
  const untilUp = () => {
    const from = figures.nowMs;
    while (wait(1) === '360p') assert.ok(figures.nowMs - from < 300_000, 'it never went up');
    return figures.nowMs - from;
  };
  const first = untilUp();
  assert.equal(wait(10, { lagP95Ms: 1300 }), '360p');
  Object.assign(figures, { lagP95Ms: 300 });
  assert.ok(untilUp() > first * 1.3);
});

Deno.test('no more lines than the screen has', () => {
  const { wait } = viewer(1);
  assert.equal(wait(100, { shownHeight: 600 }), '720p');
});

Deno.test('the worst is the worst: more trouble changes nothing', () => {
  const { wait } = viewer(2);
  assert.equal(wait(60, { lagP95Ms: 5000, bufferMs: 0 }), '360p');
});

Deno.test('a burst that shows what the line can do shortens the wait', () => {
  const slow = viewer(2);
  const fast = viewer(2);
  slow.wait(5);
  fast.wait(1);
  fast.wait(4, { receivedBytes: 2_000_000 });
  const until = ({ wait, figures }: ReturnType<typeof viewer>) => {
    while (wait(1) === '360p') { /* a second later */ }
    return figures.nowMs;
  };
  assert.ok(until(fast) < until(slow));
});

Deno.test('late pieces on a full line lead to the best rendition that it has room for', () => {
  const { figures, wait } = viewer(0);
  const second = () =>
    wait(1, { lagP95Ms: figures.lagP95Ms + 300, receivedBytes: figures.receivedBytes + 100_000 });
  while (figures.nowMs < 30_000 && second() === '1080p') { /* 800 kbps come of the 3,000 that it takes */ }
  assert.equal(second(), '360p', '720p takes 1,500');
});

Deno.test('a bad start is not waited out', () => {
  const { figures, wait } = viewer(0);
  wait(1);
  while (wait(1, { lagP95Ms: 2500 }) === '1080p') assert.ok(figures.nowMs < 10_000);
  assert.ok(figures.nowMs <= 4000, `after ${figures.nowMs} ms`);
});

Deno.test('while what queued up is worked off, nothing more is given up', () => {
  const { figures, wait } = viewer(0);
  assert.equal(wait(8, { lagP95Ms: 2600 }), '720p');
  for (let i = 0; i < 12; i++) assert.equal(wait(1, { lagP95Ms: figures.lagP95Ms * 0.92 }), '720p');
});

Deno.test('a visit begins with what the line should carry, and with the middle where nobody knows', () => {
  assert.equal(ladder[startAt(ladder, 10_000)]!.name, '1080p');
  assert.equal(ladder[startAt(ladder, 2500)]!.name, '720p');
  assert.equal(ladder[startAt(ladder, 400)]!.name, '360p');
  assert.equal(ladder[startAt(ladder, undefined)]!.name, '720p');
});

Deno.test('where no picture comes at all, less is taken, and nothing else besides', () => {
  const { choice, figures, wait } = viewer(0);
  figures.pictured = false;
  for (let second = 0; second < 4; second++) {
    figures.receivedBytes += 50_000;
    wait(1);
  }
  assert.equal(choice.now.name, '360p', '400 kbps came of the 3,000 that it takes');
  assert.equal(choice.isFull, true);
});

Deno.test('a line that was full is not tried again for a minute; one that only hiccupped is', () => {
  const untilUp = (trouble: Partial<QualityInput>, bytesPerS: number) => {
    const { figures, wait } = viewer(1);
    const second = (change: Partial<QualityInput> = {}) =>
      wait(1, { receivedBytes: figures.receivedBytes + bytesPerS, ...change });
    while (second(figures.nowMs > 7000 ? trouble : {}) !== '360p') assert.ok(figures.nowMs < 20_000);
    const from = figures.nowMs;
    while (second({ lagP95Ms: 300 }) === '360p') {
      assert.ok(figures.nowMs - from < 300_000, 'it never went up');
    }
    return figures.nowMs - from;
  };
  assert.ok(untilUp({ lagP95Ms: 2000 }, 100_000) > 60_000);
  assert.ok(untilUp({ stalls: 1 }, 200_000) < 30_000);
});
