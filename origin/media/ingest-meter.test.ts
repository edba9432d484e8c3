import assert from 'node:assert/strict';
import { IngestMeter } from './ingest-meter.ts';

function feed(
  options: { seconds: number; fps: number; keyEvery: number; bytes?: (second: number) => number },
) {
  const { seconds, fps, keyEvery, bytes = () => 125_000 } = options;
  const meter = new IngestMeter();
  for (let i = 0; i < seconds * fps; i++) {
    const timeMs = i * 1000 / fps;
    meter.video(bytes(Math.floor(timeMs / 1000)) / fps, timeMs, i % (keyEvery * fps) === 0);
  }
  return meter.measure();
}

Deno.test('a healthy stream is measured and needs no advice', () => {
  assert.deepEqual(feed({ seconds: 9, fps: 30, keyEvery: 2 }), {
    bitrateKbps: 1000,
    fps: 30,
    keyframeIntervalS: 2,
    advice: [],
  });
});

Deno.test('a long keyframe interval is noticed, even before the second keyframe', () => {
  assert.match(
    feed({ seconds: 13, fps: 30, keyEvery: 6 }).advice[0]!,
    /keyframe interval to 2 s \(it is 6\.0 s\)/,
  );
  assert.match(feed({ seconds: 9, fps: 30, keyEvery: 1000 }).advice[0]!, /keyframe interval/);
});

Deno.test('few frames and an unstable bitrate are noticed', () => {
  assert.match(feed({ seconds: 9, fps: 8, keyEvery: 2 }).advice.join(), /frame rate is low \(8 fps\)/);
  const unstable = feed({
    seconds: 9,
    fps: 30,
    keyEvery: 2,
    bytes: (second) => second % 2 ? 20_000 : 200_000,
  });
  assert.match(unstable.advice.join(), /bitrate is unstable/);
});

Deno.test('audio alone is not told to show more frames', () => {
  const meter = new IngestMeter();
  for (let i = 0; i < 400; i++) meter.audio(300, i * 21.3);
  const { advice, bitrateKbps } = meter.measure();
  assert.deepEqual(advice, []);
  assert.ok(bitrateKbps > 100 && bitrateKbps < 125);
});
