import { expect, test } from 'vitest';
import { INIT_PIECE, packIndex, pieceOf, segmentOf, trackOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { AUDIO, frameOf, initOf, segmentOfFrames, VIDEO } from '../testing/frames.ts';
import { joinOf, runOf } from './run.ts';
import { MediaWindow } from './window.ts';

function windowOf(segments: number, tracks = [0, 1], windowMs = 30_000): MediaWindow {
  const window = new MediaWindow(windowMs);
  for (const track of tracks) {
    window.add(initOf(track));
    for (let segment = 0; segment < segments; segment++) {
      for (const frame of segmentOfFrames(segment, { track })) window.add(frame);
    }
  }
  return window;
}

test('a run is what was cut in its second, of all its tracks, by decode time', () => {
  const run = runOf(windowOf(3), [0, 1], 3);
  expect(run.frames.map(({ record }) => [record.decodeTimeUs, trackOf(record.index)])).toEqual([
    [3_000_000, 0],
    [3_000_000, 1],
    [3_500_000, 0],
    [3_500_000, 1],
  ]);
  expect(run).toMatchObject({ isClosed: true, isWhole: true, isGone: false, missing: [] });
});

test('runs beside each other hold every piece once', () => {
  const window = windowOf(4);
  const seen = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((second) => runOf(window, [0, 1], second).frames);
  expect(seen.map(({ record }) => record.index).sort()).toEqual(window.indexes().sort());
});

test('a run is open until every track has a piece behind it', () => {
  const window = windowOf(2, [0]);
  expect(runOf(window, [0], 3).isClosed).toBe(false);
  for (const frame of segmentOfFrames(2)) window.add(frame);
  expect(runOf(window, [0], 3).isClosed).toBe(true);
});

test('a track that the broadcast does not have keeps no run open', () => {
  expect(runOf(windowOf(3, [0]), [0, 5], 3)).toMatchObject({ isClosed: true, isWhole: true });
});

test('a hole in a run is named, and the run is not whole', () => {
  const window = new MediaWindow(30_000);
  for (const segment of [0, 1, 2]) {
    for (const frame of segmentOfFrames(segment, { pieces: 8 })) {
      if (frame.record.index !== packIndex(1, 0, 5)) window.add(frame);
    }
  }
  expect(runOf(window, [0], 3)).toMatchObject({ missing: [packIndex(1, 0, 5)], isWhole: false });
  expect(runOf(window, [0], 2)).toMatchObject({ missing: [], isWhole: true });
});

test('the lost end of a segment is a hole, of which the first piece is named', () => {
  const window = new MediaWindow(30_000);
  for (const segment of [0, 1, 2]) {
    for (const frame of segmentOfFrames(segment)) {
      if (segmentOf(frame.record.index) !== 1 || pieceOf(frame.record.index) < 3) window.add(frame);
    }
  }
  expect(runOf(window, [0], 3).missing).toEqual([packIndex(1, 0, 3)]);
});

test('segment numbers that long GOPs skip are no hole', () => {
  const window = new MediaWindow(30_000);
  for (const segment of [0, 3, 5]) for (const frame of segmentOfFrames(segment)) window.add(frame);
  expect(runOf(window, [0], 6)).toMatchObject({ isWhole: true, missing: [] });
});

test('a second in which the encoder was away is closed, whole and empty', () => {
  const window = new MediaWindow(30_000);
  for (const segment of [0, 5, 6]) for (const frame of segmentOfFrames(segment)) window.add(frame);
  expect(runOf(window, [0], 4)).toMatchObject({ frames: [], isClosed: true, isWhole: true });
});

test('a run is sure when nothing can lie in or before it that has not come yet', () => {
  expect(runOf(windowOf(4), [0, 1], 3).isSure).toBe(true);
  expect(runOf(windowOf(4), [0, 1], 0).isSure).toBe(false);
  const long = new MediaWindow(30_000);
  for (const segment of [0, 2, 3]) {
    for (const { record } of segmentOfFrames(segment)) {
      const isLast = segment === 0 && pieceOf(record.index) === 3;
      const durationUs = record.durationUs + (isLast ? 2_000_000 : 0);
      const { index, decodeTimeUs, flags } = record;
      const piece = pieceOf(index);
      long.add(frameOf({ segment, piece, timeUs: decodeTimeUs, durationUs, flags }));
    }
  }
  expect(runOf(long, [0], 3).isSure).toBe(true);
});

test('a run is not sure where segments may be missing whole, or a track of it has not come', () => {
  const window = new MediaWindow(30_000);
  for (const segment of [0, 3, 4]) for (const frame of segmentOfFrames(segment)) window.add(frame);
  for (const second of [2, 3, 4, 5]) expect(runOf(window, [0], second).isSure).toBe(false);
  expect(runOf(window, [0], 7).isSure).toBe(true);
  expect(runOf(window, [0, 1], 7).isSure).toBe(false);
});

test('a second before all that is held is gone, and the first one held may be only half there', () => {
  const window = windowOf(12, [0], 10_000);
  expect(runOf(window, [0], 3).isGone).toBe(true);
  const oldestS = Math.floor(window.get(window.media(0)[0]!)!.record.decodeTimeUs / 1e6);
  expect(runOf(window, [0], oldestS)).toMatchObject({ isGone: false, isWhole: false });
});

test('an empty window has neither closed nor gone runs', () => {
  expect(runOf(new MediaWindow(30_000), [0], 3)).toMatchObject({
    isClosed: false,
    isGone: false,
    frames: [],
  });
});

test('a join begins with the init segments and then at a keyframe, with the audio from there on', () => {
  const window = windowOf(4);
  const frames = joinOf(window, [VIDEO, AUDIO]);
  expect(frames.slice(0, 2).map(({ record }) => pieceOf(record.index))).toEqual([INIT_PIECE, INIT_PIECE]);
  expect(frames[2]!.record).toMatchObject({ index: packIndex(3, 0, 0), flags: RecordFlag.keyframe });
  expect(frames.length).toBe(2 + 8);
});

test('a keyframe that has just begun leaves no lead, so the join begins at the one before', () => {
  const window = windowOf(3);
  for (const frame of segmentOfFrames(3, { pieces: 20 }).slice(0, 2)) window.add(frame);
  expect(joinOf(window, [VIDEO, AUDIO])[2]!.record.index).toBe(packIndex(2, 0, 0));
});

/** Segments with a keyframe a second, as most encoders are set, and sound in pieces of 200 ms. */
function windowOfShortGops(untilMs: number): MediaWindow {
  const window = new MediaWindow(30_000);
  const cut = (track: number, pieces: number, keyframeEvery: number, shiftUs = 0) => {
    window.add(initOf(track));
    const durationUs = Math.round(2_000_000 / pieces);
    for (let n = 0; (n + 1) * durationUs <= untilMs * 1000; n++) {
      const piece = n % pieces;
      const flags = piece % keyframeEvery === 0 ? RecordFlag.keyframe : 0;
      const segment = Math.floor(n / pieces);
      window.add(frameOf({ segment, track, piece, timeUs: shiftUs + n * durationUs, durationUs, flags }));
    }
  };
  cut(0, 20, 10);
  // Each segment's last sound reaches into the next one, whose first begins with the frame after it.
  cut(1, 9, 1, 10_000);
  return window;
}

test('a join begins at a keyframe within a segment where that leaves the lead', () => {
  const frames = joinOf(windowOfShortGops(8000), [VIDEO, AUDIO]);
  const first = (track: number) =>
    frames.find(({ record }) => trackOf(record.index) === track && pieceOf(record.index) !== INIT_PIECE)!;
  expect(first(0).record.index).toBe(packIndex(3, 0, 10));
  expect(first(1).record.index).toBe(packIndex(3, 1, 4));
  expect(frames.filter(({ record }) => trackOf(record.index) === 0).length).toBe(1 + 10);
});

test('a join begins in no segment that was cut off the one before by force', () => {
  const window = windowOf(3, [0]);
  for (const { record } of segmentOfFrames(3)) {
    const flags = record.flags | RecordFlag.dependent | RecordFlag.keyframe;
    window.add(frameOf({ segment: 3, piece: pieceOf(record.index), timeUs: record.decodeTimeUs, flags }));
  }
  expect(joinOf(window, [VIDEO])[1]!.record.index).toBe(packIndex(2, 0, 0));
});

test('a join at the beginning of a segment brings none of the sound of the one before', () => {
  const frames = joinOf(windowOfShortGops(7400), [VIDEO, AUDIO]);
  expect(frames.filter(({ record }) => segmentOf(record.index) === 2)).toEqual([]);
  expect(frames[2]!.record.index).toBe(packIndex(3, 0, 0));
});

test('the first keyframe of a broadcast serves a join however young it is', () => {
  const window = new MediaWindow(30_000);
  window.add(initOf(0));
  window.add(segmentOfFrames(0)[0]!);
  expect(joinOf(window, [VIDEO]).map(({ record }) => pieceOf(record.index))).toEqual([INIT_PIECE, 0]);
});

test('audio alone can be joined, and a broadcast without a keyframe yet cannot', () => {
  const window = windowOf(3, [1]);
  expect(segmentOf(joinOf(window, [AUDIO])[1]!.record.index)).toBe(2);
  expect(joinOf(window, [VIDEO, AUDIO])).toEqual([]);
});

test('a join after a change of the encoder brings the new init segment', () => {
  const window = windowOf(2, [0]);
  window.add(initOf(0, 2));
  for (const frame of segmentOfFrames(2, { initSegment: 2 })) window.add(frame);
  expect(joinOf(window, [VIDEO]).map(({ record }) => record.index)).toEqual([
    packIndex(2, 0, INIT_PIECE),
    ...segmentOfFrames(2).map(({ record }) => record.index),
  ]);
});
