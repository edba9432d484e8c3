import assert from 'node:assert/strict';
import { bufferedAheadMs } from './buffered.ts';

function video(currentTime: number, ...ranges: [number, number][]) {
  const buffered: TimeRanges = {
    length: ranges.length,
    start: (at) => ranges[at]![0],
    end: (at) => ranges[at]![1],
  };
  return { currentTime, buffered };
}

Deno.test('what lies ahead ends at the first gap', () => {
  assert.equal(bufferedAheadMs(video(2, [0, 3], [4, 9])), 1000);
});

Deno.test('outside of every range nothing is buffered', () => {
  assert.equal(bufferedAheadMs(video(3.5, [0, 3], [4, 9])), 0);
  assert.equal(bufferedAheadMs(video(1)), 0);
});

Deno.test('a playhead just before the first picture counts as in its range', () => {
  assert.ok(bufferedAheadMs(video(3.95, [4, 5])) > 1000);
});
