import { expect, test } from 'vitest';
import { FrameReader } from '../../protocol/frame.ts';
import { initOf, segmentOfFrames } from '../testing/frames.ts';
import { frameBody } from './body.ts';
import { IN_HAND_MS, restOf } from './join-rest.ts';

/** Two tracks in pieces of 100 ms, as long as that. */
function joinOf(ms: number): Uint8Array {
  const pieces = [0, 1].flatMap((track) => segmentOfFrames(0, { track, pieces: 20 }));
  const sorted = pieces.sort((a, b) => a.record.decodeTimeUs - b.record.decodeTimeUs);
  return frameBody([initOf(0), initOf(1), ...sorted.filter(({ record }) => record.decodeTimeUs < ms * 1000)]);
}

/** When what is sent at once ends, milliseconds of media. */
function endMs(body: Uint8Array, behindMs: number): number {
  const frames = new FrameReader();
  const last = frames.push(body.subarray(0, restOf(body, behindMs))).at(-1)!;
  expect(frames.isWhole).toBe(true);
  return (last.record.decodeTimeUs + last.record.durationUs) / 1000;
}

test('who begins with the first piece has so much in hand, and the rest follows', () => {
  expect(endMs(joinOf(1300), 1300)).toBe(IN_HAND_MS);
  const body = joinOf(1300);
  const [first] = new FrameReader().push(body.subarray(restOf(body, 1300)));
  expect(first!.record.decodeTimeUs).toBe(IN_HAND_MS * 1000);
});

test('who begins later has as much in hand from there on', () => {
  expect(endMs(joinOf(1800), 1300)).toBe(500 + IN_HAND_MS);
});

test('a join that was made a while ago is sent as far as it has aged', () => {
  expect(endMs(joinOf(1800), 900)).toBe(1800);
});

test('a rest of a piece or two goes along', () => {
  expect(endMs(joinOf(1000), 1300)).toBe(1000);
  expect(restOf(new Uint8Array(0), 1300)).toBe(0);
});

test('a malformed body is no join', () => {
  expect(() => restOf(Uint8Array.of(7, 7), 1300)).toThrow(/frame\.kind must be 1, got 7/);
});
