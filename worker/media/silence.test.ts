import { expect, test } from 'vitest';
import { INIT_PIECE, packIndex, pieceOf, segmentOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import {
  AUDIO,
  broadcastOf,
  frameOf,
  initOf,
  segmentOfFrames,
  type SegmentOptions,
  VIDEO,
} from '../testing/frames.ts';
import { mediaPlaylist, type Segment, segmentsOf } from './hls.ts';
import { HlsSequence } from './hls-sequence.ts';
import { Silence } from './silence.ts';
import { MediaWindow } from './window.ts';

const broadcast = broadcastOf('ab'.repeat(16));

/** A window with an init segment of the sound, and whole segments of each track. */
function windowOf({ video, audio }: { video: number[]; audio: number[] }, windowMs = 60_000): MediaWindow {
  const window = new MediaWindow(windowMs);
  window.add(initOf(1));
  for (const number of video) add(window, number, { track: 0 });
  for (const number of audio) add(window, number, { track: 1 });
  return window;
}

function add(window: MediaWindow, number: number, options: SegmentOptions): void {
  for (const frame of segmentOfFrames(number, options)) window.add(frame);
}

/** What is silent is told by a minus. */
function told(segments: Segment[]): string {
  return segments.map(({ number, silence }) => `${silence ? '-' : ''}${number}`).join(' ');
}

function soundOf(
  window: MediaWindow,
  silence = new Silence(),
  { tracks = [VIDEO, AUDIO], isFilled = true } = {},
) {
  return silence.segments(window, { ...broadcast, tracks }, 1, isFilled);
}

test('sound that is away for three seconds is silence from then on, for every whole segment of video', () => {
  const silence = new Silence();
  const window = windowOf({ video: [0, 1, 2], audio: [0, 1] });
  add(window, 3, { track: 0 });
  expect(told(soundOf(window, silence))).toBe('0 1 -2 -3');
  for (const frame of segmentOfFrames(4).slice(0, 3)) window.add(frame);
  expect(told(soundOf(window, silence))).toBe('0 1 -2 -3');
  add(window, 4, { track: 0 });
  expect(told(soundOf(window, silence))).toBe('0 1 -2 -3 -4');
});

test('sound that is a little late is waited for', () => {
  expect(told(soundOf(windowOf({ video: [0, 1, 2], audio: [0, 1] })))).toBe('0 1');
});

test('an outage of all tracks is no silence, and neither is what has not come of a refill', () => {
  const window = windowOf({ video: [0, 1], audio: [0, 1] });
  window.add(frameOf({ segment: 20, piece: 0 }));
  expect(told(soundOf(window))).toBe('0 1');
  const filling = windowOf({ video: [0, 1, 2, 3, 4], audio: [4] });
  expect(told(soundOf(filling, new Silence(), { isFilled: false }))).toBe('4');
});

test('segments of silence lie side by side, within a frame of the segments of video', () => {
  const segments = soundOf(windowOf({ video: [0, 1, 2, 3, 4, 5], audio: [0] })).slice(1);
  segments.forEach(({ number, decodeTimeUs, durationUs, isComplete }, at) => {
    const late = decodeTimeUs - number * 2_000_000;
    expect(late >= 0 && late < 21_334 && isComplete).toBe(true);
    const next = segments[at + 1];
    if (next) expect(Math.abs(decodeTimeUs + durationUs - next.decodeTimeUs)).toBeLessThanOrEqual(1);
  });
});

test('silence begins where the sound has ended, and ends where it is back', () => {
  const window = windowOf({ video: [0, 1, 2, 3, 4, 5], audio: [] });
  window.add(
    frameOf({ segment: 0, track: 1, piece: 0, durationUs: 2_500_000, flags: RecordFlag.lastOfSegment }),
  );
  const timeUs = 3_300_000;
  window.add(
    frameOf({
      segment: 2,
      track: 1,
      piece: 0,
      timeUs,
      durationUs: 2_700_000,
      flags: RecordFlag.lastOfSegment,
    }),
  );
  const [, filler] = soundOf(window);
  expect(filler!.number).toBe(1);
  expect(filler!.decodeTimeUs).toBeGreaterThanOrEqual(2_500_000);
  expect(filler!.decodeTimeUs + filler!.durationUs).toBeLessThan(timeUs + 21_334);
});

test('what was served as silence stays it, though its sound comes late, and for as long as any of it is held', () => {
  const silence = new Silence();
  const window = windowOf({ video: [0, 1, 2, 3, 4], audio: [0] }, 12_000);
  const before = soundOf(window, silence);
  add(window, 2, { track: 1 });
  add(window, 5, { track: 1 });
  const after = soundOf(window, silence);
  expect(told(after)).toBe('0 -1 -2 -3 -4 5');
  expect(after.slice(0, 5)).toEqual(before);
  for (let number = 5; number < 12; number++) {
    for (const track of [0, 1]) {
      for (const frame of segmentOfFrames(number, { track })) {
        window.add(frame);
        expect(told(soundOf(window, silence))).not.toMatch(/(^| )[1234]( |$)/);
      }
    }
  }
  expect(told(soundOf(window, silence))).toBe('6 7 8 9 10 11');
});

test('sound that stops within a segment is silence from its beginning; a hole that may be filled is left to be', () => {
  const window = windowOf({ video: [0, 1, 2, 3], audio: [0] });
  window.add(segmentOfFrames(1, { track: 1 })[0]!);
  expect(told(soundOf(window))).toBe('0 -1 -2 -3');
  const holed = windowOf({ video: [0, 1, 2, 3], audio: [0, 2, 3] });
  for (const frame of segmentOfFrames(1, { track: 1 })) {
    if (pieceOf(frame.record.index) !== 2) holed.add(frame);
  }
  expect(soundOf(holed)[1]).toMatchObject({ isComplete: false, missing: [packIndex(1, 1, 2)] });
});

test('sound whose beginning is leaving the window was there', () => {
  const window = windowOf({ video: [0, 1, 2, 3, 4, 5, 6], audio: [] }, 14_000);
  for (const number of [0, 1, 2, 3, 4, 5, 6]) {
    for (const frame of segmentOfFrames(number, { track: 1 }).slice(number === 0 ? 1 : 0)) window.add(frame);
  }
  expect(told(soundOf(window))).toBe('1 2 3 4 5 6');
});

test('places in the media sequence never change while sound goes and comes', () => {
  const silence = new Silence();
  const sequence = new HlsSequence({ get: () => undefined, put: () => {}, delete: () => {} });
  const window = windowOf({ video: [], audio: [] }, 20_000);
  const places = new Map<string, number>();
  for (let number = 0; number < 60; number++) {
    const tracks = number % 20 < 8 ? [0, 1] : [0];
    const flags = number % 20 === 0 || number % 20 === 8 ? RecordFlag.discontinuity : 0;
    for (const track of tracks) add(window, number, { track, flags });
    const { segments, anchor } = sequence.list(broadcast.id, 1, soundOf(window, silence));
    const text = mediaPlaylist(broadcast, 1, segments, anchor);
    const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)![1]);
    text.split('\n').filter((line) => line.endsWith('.m4s')).forEach((uri, at) => {
      expect(places.get(uri) ?? first + at).toBe(first + at);
      places.set(uri, first + at);
    });
    expect(text).not.toContain('#EXT-X-GAP');
  }
  expect([...places.values()]).toEqual(Array.from({ length: 60 }, (_, place) => place));
});

test('the init segment is remembered when a new one has taken its place in the window', () => {
  const silence = new Silence();
  const window = windowOf({ video: [0, 1, 2, 3, 4, 5], audio: [0] }, 16_000);
  soundOf(window, silence);
  window.add(initOf(1, 8));
  for (const number of [6, 7, 8, 9, 10]) add(window, number, { track: 0 });
  add(window, 8, { track: 1, initSegment: 8 });
  const index = packIndex(0, 1, INIT_PIECE);
  const segments = soundOf(window, silence);
  // What the track's description is not of any more cannot be made.
  expect(told(segments)).toBe('-2 -3 -4 -5 8 -9 -10');
  expect(segments.map(({ initSegment }) => initSegment)).toEqual([0, 0, 0, 0, 8, 8, 8]);
  expect([window.get(index), silence.init(1, index)]).toEqual([undefined, initOf(1)]);
});

test('there is no silence in clear for what is encrypted, of what no silence can be made, and for video', () => {
  const window = windowOf({ video: [0, 1, 2, 3], audio: [0] });
  expect(told(soundOf(window, new Silence(), { tracks: [VIDEO, { ...AUDIO, channels: 6 }] }))).toBe('0');
  expect(told(soundOf(window, new Silence(), { tracks: [AUDIO] }))).toBe('0');
  const encrypted = new MediaWindow(60_000);
  const flags = RecordFlag.init | RecordFlag.encrypted;
  encrypted.add(frameOf({ segment: 0, track: 1, piece: INIT_PIECE, flags }));
  for (const number of [0, 1, 2, 3]) add(encrypted, number, { track: 0 });
  expect(told(soundOf(encrypted))).toBe('');
});

test('sound goes on being listed while there is no picture', () => {
  const window = windowOf({ video: [0, 1], audio: [0, 1, 2, 3, 4, 5, 6, 7] }, 12_000);
  expect(told(soundOf(window))).toBe('2 3 4 5 6 7');
  expect(segmentsOf(window, 0).map(({ indexes }) => segmentOf(indexes[0]!))).toEqual([]);
});
