import { expect, test } from 'vitest';
import { mainPlaylist } from '../../protocol/hls.ts';
import { packIndex, segmentOf } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { AUDIO, broadcastOf, segmentOfFrames, VIDEO } from '../testing/frames.ts';
import { anchorFor, mediaPlaylist, segmentsOf } from './hls.ts';
import { HlsSequence, type KeyValue } from './hls-sequence.ts';
import { MediaWindow } from './window.ts';

const broadcast = broadcastOf('ab'.repeat(16));

function windowOf(numbers: number[], discontinuous: number[] = [], windowMs = 60_000): MediaWindow {
  const window = new MediaWindow(windowMs);
  for (const number of numbers) {
    const flags = discontinuous.includes(number) ? RecordFlag.discontinuity : 0;
    for (const frame of segmentOfFrames(number, { flags })) window.add(frame);
  }
  return window;
}

function playlistOf(window: MediaWindow, sequence = new HlsSequence(memory())): string[] {
  const { segments, anchor } = sequence.list(broadcast.id, 0, segmentsOf(window, 0));
  return mediaPlaylist(broadcast, 0, segments, anchor).split('\n');
}

function memory(): KeyValue & { writes: number } {
  const held = new Map<string, unknown>();
  const store = {
    writes: 0,
    get: <Value>(key: string) => structuredClone(held.get(key)) as Value | undefined,
    put(key: string, value: unknown) {
      store.writes++;
      held.set(key, structuredClone(value));
    },
    delete: (key: string) => held.delete(key),
  };
  return store;
}

function sequenceOf(lines: string[]): number {
  return Number(lines.find((line) => line.startsWith('#EXT-X-MEDIA-SEQUENCE:'))!.split(':')[1]);
}

function firstUriOf(lines: string[]): string {
  return lines.find((line) => line.endsWith('.m4s'))!;
}

test('a playlist names whole segments with their length, date and init segment', () => {
  expect(playlistOf(windowOf([0, 1]))).toEqual([
    '#EXTM3U',
    '#EXT-X-VERSION:8',
    '#EXT-X-TARGETDURATION:2',
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-DISCONTINUITY-SEQUENCE:0',
    `#EXT-X-MAP:URI="${broadcast.id}/0/0.init.mp4"`,
    '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
    '#EXTINF:2.000000,',
    `${broadcast.id}/0/0.m4s`,
    '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z',
    '#EXTINF:2.000000,',
    `${broadcast.id}/0/1.m4s`,
    '',
  ]);
});

test('the segment that is still being cut is not named', () => {
  const window = windowOf([0, 1]);
  for (const frame of segmentOfFrames(2).slice(0, 3)) window.add(frame);
  expect(playlistOf(window).join('\n')).not.toContain('2.m4s');
});

test('a segment with a hole is a gap, so that the ones behind it keep their places', () => {
  const window = windowOf([0, 2]);
  for (const frame of segmentOfFrames(1)) if (frame.record.index !== packIndex(1, 0, 2)) window.add(frame);
  const lines = playlistOf(window);
  expect(lines[lines.indexOf('#EXT-X-GAP') + 2]).toBe(`${broadcast.id}/0/1.m4s`);
  expect(segmentsOf(window, 0)[1]).toMatchObject({ isComplete: false, missing: [packIndex(1, 0, 2)] });
});

test('an oldest segment whose beginning has left the window is not named', () => {
  const window = windowOf([0, 1, 2, 3, 4, 5, 6], [], 10_250);
  expect(segmentsOf(window, 0).map(({ number }) => number)).toEqual([2, 3, 4, 5, 6]);
});

test('the sequence goes on by one for each segment that leaves, though their numbers skip', () => {
  const window = new MediaWindow(10_000);
  const sequence = new HlsSequence(memory());
  const places = new Map<string, number>();
  let number = 0;
  for (let i = 0; i < 30; i++) {
    number += i % 3 === 0 ? 2 : 1;
    for (const frame of segmentOfFrames(number)) window.add(frame);
    const lines = playlistOf(window, sequence);
    lines.filter((line) => line.endsWith('.m4s')).forEach((uri, at) => {
      const place = sequenceOf(lines) + at;
      expect(places.get(uri) ?? place).toBe(place);
      places.set(uri, place);
    });
  }
  expect([...new Set(places.values())].length).toBe(places.size);
});

test('an encoder that came back is a discontinuity, and is counted when it has left the list', () => {
  const lines = playlistOf(windowOf([0, 1, 4, 5], [4]));
  const at = lines.indexOf('#EXT-X-DISCONTINUITY');
  expect(lines.slice(at).find((line) => line.endsWith('.m4s'))).toBe(`${broadcast.id}/0/4.m4s`);
  const sequence = new HlsSequence(memory());
  const window = windowOf([0, 1, 4, 5], [4], 10_000);
  playlistOf(window, sequence);
  for (const number of [6, 7, 8, 9, 10]) {
    for (const frame of segmentOfFrames(number)) window.add(frame);
    playlistOf(window, sequence);
  }
  const later = playlistOf(window, sequence);
  expect(later).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1');
  expect(later).not.toContain('#EXT-X-DISCONTINUITY');
});

test('a new init segment is named where it takes effect', () => {
  const window = windowOf([0, 1]);
  for (const frame of segmentOfFrames(2, { initSegment: 2 })) window.add(frame);
  expect(playlistOf(window).filter((line) => line.startsWith('#EXT-X-MAP'))).toEqual([
    `#EXT-X-MAP:URI="${broadcast.id}/0/0.init.mp4"`,
    `#EXT-X-MAP:URI="${broadcast.id}/0/2.init.mp4"`,
  ]);
});

test('after an eviction and a refill the sequence goes on where it was', () => {
  const storage = memory();
  const before = playlistOf(windowOf([0, 1, 2, 3, 4, 5]), new HlsSequence(storage));
  const after = playlistOf(windowOf([3, 4, 5, 6]), new HlsSequence(storage));
  expect([sequenceOf(before), firstUriOf(before)]).toEqual([0, `${broadcast.id}/0/0.m4s`]);
  expect([sequenceOf(after), firstUriOf(after)]).toEqual([3, `${broadcast.id}/0/3.m4s`]);
});

test('when nothing that was counted is left the sequence jumps ahead, never back', () => {
  const storage = memory();
  playlistOf(windowOf([0, 1, 2]), new HlsSequence(storage));
  expect(sequenceOf(playlistOf(windowOf([40, 41]), new HlsSequence(storage)))).toBeGreaterThan(2);
});

for (
  const [held, where] of [[[4, 5, 6], 'one that was counted'], [[8, 9], 'none that was counted']] as const
) {
  test(`a refill that brings older segments after a list with ${where} changes no place and never steps back`, () => {
    const storage = memory();
    playlistOf(windowOf([0, 1, 2, 3, 4, 5]), new HlsSequence(storage));
    const sequence = new HlsSequence(storage);
    const window = windowOf([...held], [], 20_000);
    const early = playlistOf(window, sequence);
    for (const number of [3, 2, 1]) for (const frame of segmentOfFrames(number)) window.add(frame);
    const refilled = playlistOf(window, sequence);
    expect([sequenceOf(refilled), firstUriOf(refilled)]).toEqual([sequenceOf(early), firstUriOf(early)]);
    const newest = held.at(-1)!;
    for (let number = newest + 1; number < newest + 20; number++) {
      for (const frame of segmentOfFrames(number)) window.add(frame);
    }
    expect(sequenceOf(playlistOf(window, sequence))).toBeGreaterThan(sequenceOf(refilled));
  });
}

test('a segment that comes after later ones were counted changes no place', () => {
  const sequence = new HlsSequence(memory());
  const window = windowOf([0, 1, 4]);
  const early = playlistOf(window, sequence);
  for (const number of [3, 5]) for (const frame of segmentOfFrames(number)) window.add(frame);
  const late = playlistOf(window, sequence);
  expect(sequenceOf(late)).toBe(sequenceOf(early));
  expect(late.filter((line) => line.endsWith('.m4s')).map((uri) => uri.split('/').at(-1))).toEqual(
    ['0.m4s', '1.m4s', '4.m4s', '5.m4s'],
  );
});

test('another broadcast counts from the beginning', () => {
  const sequence = new HlsSequence(memory());
  const segments = segmentsOf(windowOf([7, 8]), 0);
  sequence.list('one', 0, segments);
  expect(sequence.list('two', 0, segments).anchor).toMatchObject({ sequence: 1, segment: 8 });
});

test('the sequence is written down rarely', () => {
  const storage = memory();
  const sequence = new HlsSequence(storage);
  const window = new MediaWindow(30_000);
  for (let number = 0; number < 40; number++) {
    for (const frame of segmentOfFrames(number)) window.add(frame);
    playlistOf(window, sequence);
  }
  expect(storage.writes).toBeLessThanOrEqual(11);
});

test('nothing held keeps the anchor as it was', () => {
  expect(anchorFor([], undefined)).toBeUndefined();
  expect(anchorFor([], { segment: 1, sequence: 2, discontinuities: 3 })?.sequence).toBe(2);
});

test('each video track is a variant, and they share the audio', () => {
  const small = { ...VIDEO, track: 2, width: 320, height: 180, bitrateKbps: 200 };
  const lines = mainPlaylist(broadcastOf('a', [VIDEO, AUDIO, small])).split('\n');
  expect(lines.filter((line) => line.startsWith('#EXT-X-MEDIA:'))).toEqual([
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio 1",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="1.m3u8"',
  ]);
  expect(lines).toContain(
    '#EXT-X-STREAM-INF:BANDWIDTH=676800,AVERAGE-BANDWIDTH=564000,CODECS="avc1.64001f,mp4a.40.2",' +
      'RESOLUTION=640x360,FRAME-RATE=25.000,AUDIO="audio"',
  );
  expect(lines.slice(-3)).toEqual([expect.stringContaining('320x180'), '2.m3u8', '']);
});

test('a broadcast without video has the audio as its variant', () => {
  const text = mainPlaylist(broadcastOf('a', [AUDIO]));
  expect(text).toContain('CODECS="mp4a.40.2"\n1.m3u8\n');
  expect(text).not.toContain('EXT-X-MEDIA:');
});

test('segments of a wrapped broadcast are told apart', () => {
  const window = new MediaWindow(60_000);
  const last = (1 << 20) - 1;
  for (const frame of segmentOfFrames(last)) window.add(frame);
  expect(segmentsOf(window, 0).map(({ indexes }) => segmentOf(indexes[0]!))).toEqual([last]);
});
