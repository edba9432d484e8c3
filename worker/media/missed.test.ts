import { expect, test } from 'vitest';
import { packIndex } from '../../protocol/piece-index.ts';
import { segmentOfFrames } from '../testing/frames.ts';
import { missedOf } from './missed.ts';
import { MediaWindow } from './window.ts';

const TRACK = {
  track: 0,
  kind: 'video',
  codec: 'avc1.42c01e',
  timescale: 90000,
  bitrateKbps: 440,
  sliceMs: 500,
} as const;
const TRACKS = [{ ...TRACK, substreams: 2 }];

/** Segments of four pieces of half a second; of two substreams, (segment + piece) mod 2. */
function windowOf(...segments: number[]): MediaWindow {
  const window = new MediaWindow(30_000);
  for (const segment of segments) for (const frame of segmentOfFrames(segment)) window.add(frame);
  return window;
}

const missed = (window: MediaWindow, held: number[]) =>
  missedOf(window, TRACKS, held).map(({ frame }) => frame.record.index);

test('a seed misses what came after its newest piece of each feed, and nothing of other feeds', () => {
  const window = windowOf(4, 5);
  expect(missed(window, [packIndex(4, 0, 2)])).toEqual([packIndex(5, 0, 1), packIndex(5, 0, 3)]);
  expect(missed(window, [packIndex(4, 0, 2), packIndex(5, 0, 0)])).toEqual([
    packIndex(5, 0, 1),
    packIndex(5, 0, 2),
    packIndex(5, 0, 3),
  ]);
});

test('who holds nothing of a feed, or the newest, misses nothing', () => {
  expect(missed(windowOf(4, 5), [])).toEqual([]);
  expect(missed(windowOf(4, 5), [packIndex(5, 0, 3), packIndex(5, 0, 2)])).toEqual([]);
});

test('what is too old to be pushed is not sent late either', () => {
  const indexes = missed(windowOf(1, 2, 3, 4, 5), [packIndex(1, 0, 1)]);
  expect(indexes[0]).toBe(packIndex(4, 0, 2));
  expect(indexes.at(-1)).toBe(packIndex(5, 0, 3));
});
