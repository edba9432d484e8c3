import { expect, test } from 'vitest';
import { packIndex } from '../../protocol/piece-index.ts';
import { frameOf, initOf, segmentOfFrames } from '../testing/frames.ts';
import { MediaWindow } from './window.ts';

test('pieces are kept in the order of their index, whatever order they come in', () => {
  const window = new MediaWindow(30_000);
  const frames = [...segmentOfFrames(0), ...segmentOfFrames(1)];
  for (const frame of frames.toReversed()) expect(window.add(frame)).toBe('added');
  expect(window.media(0)).toEqual(frames.map(({ record }) => record.index));
  expect(window.newest(0)).toBe(frames.at(-1));
});

test('a piece that is held already is known, and another one of the same index is a conflict', () => {
  const window = new MediaWindow(30_000);
  expect(window.add(frameOf({ segment: 1, piece: 0 }))).toBe('added');
  expect(window.add(frameOf({ segment: 1, piece: 0 }))).toBe('known');
  expect(window.add(frameOf({ segment: 1, piece: 0, filling: 2 }))).toBe('conflict');
  expect(window.get(packIndex(1, 0, 0))?.record.hash[0]).toBe(1);
});

test('what is older than the window leaves it and is not let in again', () => {
  const window = new MediaWindow(10_000);
  for (let segment = 0; segment < 10; segment++) {
    for (const frame of segmentOfFrames(segment)) window.add(frame);
  }
  expect(window.newestUs).toBe(19_500_000);
  expect(window.get(packIndex(4, 0, 2))).toBeUndefined();
  expect(window.get(packIndex(4, 0, 3))).toBeDefined();
  expect(window.add(frameOf({ segment: 1, piece: 0 }))).toBe('old');
});

test('the init segment that held pieces need stays, older ones leave', () => {
  const window = new MediaWindow(10_000);
  window.add(initOf(0, 0));
  window.add(initOf(0, 3));
  for (let segment = 0; segment < 6; segment++) {
    for (const frame of segmentOfFrames(segment, { initSegment: segment < 3 ? 0 : 3 })) window.add(frame);
  }
  expect(window.inits(0)).toEqual([packIndex(0, 0, 255), packIndex(3, 0, 255)]);
  for (let segment = 6; segment < 12; segment++) {
    for (const frame of segmentOfFrames(segment, { initSegment: 3 })) window.add(frame);
  }
  expect(window.inits(0)).toEqual([packIndex(3, 0, 255)]);
});

test('the only init segment stays for ever', () => {
  const window = new MediaWindow(10_000);
  window.add(initOf(0));
  for (let segment = 0; segment < 100; segment++) {
    for (const frame of segmentOfFrames(segment)) window.add(frame);
  }
  expect(window.inits(0)).toEqual([packIndex(0, 0, 255)]);
});

test('bytes are bounded even where the window would hold more', () => {
  const window = new MediaWindow(60_000, 100_000);
  for (let segment = 0; segment < 20; segment++) {
    for (const frame of segmentOfFrames(segment, { bytes: 5000 })) window.add(frame);
    expect(window.bytes).toBeLessThanOrEqual(100_000);
  }
  expect(window.newest(0)?.record.index).toBe(packIndex(19, 0, 3));
});

test('when bytes are short the track with the oldest piece gives way', () => {
  const window = new MediaWindow(60_000, 20_000);
  for (let segment = 0; segment < 10; segment++) {
    for (const track of [0, 1]) {
      for (const frame of segmentOfFrames(segment, { track, bytes: 1000 })) window.add(frame);
    }
  }
  const oldest = [0, 1].map((track) => window.get(window.media(track)[0]!)!.record.decodeTimeUs);
  expect(Math.abs(oldest[0]! - oldest[1]!)).toBeLessThanOrEqual(500_000);
});

test('segment numbers that wrap stay in order', () => {
  const window = new MediaWindow(30_000);
  const last = (1 << 20) - 1;
  const before = frameOf({ segment: last, piece: 0, timeUs: 1_000_000 });
  const after = frameOf({ segment: 0, piece: 0, timeUs: 3_000_000 });
  window.add(after);
  window.add(before);
  expect(window.media(0)).toEqual([before.record.index, after.record.index]);
});

test('a cleared window is as new', () => {
  const window = new MediaWindow(30_000);
  window.add(initOf(0));
  for (const frame of segmentOfFrames(7)) window.add(frame);
  window.clear();
  expect([window.size, window.bytes, window.newestUs]).toEqual([0, 0, 0]);
  expect(window.add(frameOf({ segment: 0, piece: 0 }))).toBe('added');
});
