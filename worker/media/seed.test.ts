import { expect, test } from 'vitest';
import { FrameReader, type PieceFrame } from '../../protocol/frame.ts';
import { packIndex } from '../../protocol/piece-index.ts';
import { frameOf, segmentOfFrames } from '../testing/frames.ts';
import { BEHIND_MS, Seed, UNACKED_MS } from './seed.ts';
import { CLOSED_MS, IDLE_MS, SeedStreams, STREAM_MS } from './seed-streams.ts';

const FEED = { track: 0, substream: 1 };
/** With 4 substreams (segment + piece) mod 4 = 1. */
const OF_FEED = packIndex(0, 0, 1);

test('a seed takes the pieces of its feeds and no others', () => {
  const seed = new Seed();
  seed.setFeeds([FEED, { track: 1, substream: 0 }]);
  expect(seed.takes(OF_FEED, 4, 0)).toBe(true);
  expect(seed.takes(packIndex(0, 0, 2), 4, 0)).toBe(false);
  expect(seed.takes(packIndex(0, 1, 0), 1, 0)).toBe(true);
  seed.setFeeds([]);
  expect(seed.takes(OF_FEED, 4, 0)).toBe(false);
});

test('a feed that is acknowledged in time stays', () => {
  const seed = new Seed();
  seed.setFeeds([FEED]);
  for (let nowMs = 0; nowMs < 60_000; nowMs += 400) {
    const index = packIndex(nowMs / 400, 0, 1);
    seed.takes(index, 1, nowMs);
    seed.setFeeds([FEED]);
    if (nowMs % 2000 === 0) expect(seed.acknowledge([{ ...FEED, index }], nowMs)).toEqual([]);
    expect(seed.silent(nowMs)).toEqual([]);
  }
});

test('a feed whose acknowledgement shows it far behind is lost, the others stay', () => {
  const seed = new Seed();
  seed.setFeeds([FEED, { track: 0, substream: 2 }]);
  seed.takes(OF_FEED, 4, 0);
  seed.takes(packIndex(0, 0, 2), 4, 0);
  const acks = [{ ...FEED, index: packIndex(0, 0, 0) }, {
    track: 0,
    substream: 2,
    index: packIndex(0, 0, 2),
  }];
  expect(seed.acknowledge(acks, BEHIND_MS + 1)).toEqual([FEED]);
  expect(seed.feeds).toEqual([{ track: 0, substream: 2 }]);
});

test('a feed that nobody acknowledges is lost after a while', () => {
  const seed = new Seed();
  seed.setFeeds([FEED]);
  seed.takes(OF_FEED, 4, 1000);
  expect(seed.silent(1000 + UNACKED_MS)).toEqual([]);
  expect(seed.silent(1001 + UNACKED_MS)).toEqual([FEED]);
  expect(seed.feeds).toEqual([]);
});

test('a seed whose line is narrow is late time after time, one whose line stood still a while is not', () => {
  /** Pieces leave every 400 ms; it acknowledges every 2 s what left so long before. Answers when it was late. */
  const watch = (behindMs: (nowMs: number) => number) => {
    const seed = new Seed();
    seed.setFeeds([FEED]);
    const late: number[] = [];
    for (let nowMs = 400; nowMs <= 20_000; nowMs += 400) {
      seed.takes(packIndex(nowMs / 200, 0, 1), 2, nowMs);
      if (nowMs % 2000 > 0) continue;
      const index = packIndex(2 * Math.floor((nowMs - behindMs(nowMs)) / 400), 0, 1);
      expect(seed.acknowledge([{ ...FEED, index }], nowMs)).toEqual([]);
      if (seed.takeLate()) late.push(nowMs);
    }
    return late;
  };
  expect(watch(() => 400)).toEqual([]);
  expect(watch((nowMs) => nowMs < 6000 ? 1600 : 400)).toEqual([]);
  expect(watch(() => 1600)).toEqual([6000, 12_000, 18_000]);
});

test('what an older response carried is not waited for', () => {
  const seed = new Seed();
  seed.setFeeds([FEED]);
  seed.takes(OF_FEED, 4, 0);
  seed.restart();
  expect(seed.silent(60_000)).toEqual([]);
});

/** Reads frames off a body until it ends. */
async function framesOf(body: ReadableStream<Uint8Array>): Promise<PieceFrame[]> {
  const reader = new FrameReader();
  const frames: PieceFrame[] = [];
  for await (const chunk of body) frames.push(...reader.push(chunk));
  expect(reader.isWhole).toBe(true);
  return frames;
}

test('who holds no feeds gets no stream', () => {
  expect(new SeedStreams().open('somebody', 0)).toBeUndefined();
});

test('a stream carries the pieces of its feeds, and the set may change under way', async () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  const body = streams.open('a', 0)!;
  const [zero, one, two] = segmentOfFrames(0);
  for (const frame of [zero!, one!, two!]) streams.push(frame, 4, 0, 0);
  streams.setFeeds('a', [{ track: 0, substream: 0 }]);
  const [next] = segmentOfFrames(4);
  streams.push(next!, 4, next!.record.decodeTimeUs, 0);
  streams.setFeeds('a', []);
  expect((await framesOf(body)).map(({ record }) => record.index)).toEqual([
    one!.record.index,
    packIndex(4, 0, 0),
  ]);
});

test('two seeds of one feed get a copy each, and the bytes of both are counted', async () => {
  const streams = new SeedStreams();
  const bodies = ['a', 'b'].map((peer) => {
    streams.setFeeds(peer, [FEED]);
    return streams.open(peer, 0)!;
  });
  const frame = frameOf({ segment: 0, piece: 1, bytes: 1000 });
  expect(streams.push(frame, 4, 0, 0)).toBe(2 * (1000 + 119));
  streams.clear();
  for (const body of bodies) expect((await framesOf(body))[0]!.bytes).toEqual(frame.bytes);
});

test('a piece that comes late, by a refill, is not pushed', () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  streams.open('a', 0);
  expect(streams.push(frameOf({ segment: 0, piece: 1 }), 4, 4_000_000, 0)).toBe(0);
});

test('a seed that opens its stream anew ends the old one', async () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  const old = streams.open('a', 0)!;
  const fresh = streams.open('a', 10)!;
  expect(await framesOf(old)).toEqual([]);
  expect(streams.push(frameOf({ segment: 0, piece: 1 }), 4, 0, 20)).toBeGreaterThan(0);
  streams.clear();
  expect((await framesOf(fresh)).length).toBe(1);
});

test('a quiet stream gets idle frames, an old one ends and may be opened again', async () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  const reader = streams.open('a', 0)!.getReader();
  expect((await reader.read()).value).toEqual(Uint8Array.of(2));
  expect(streams.tend(IDLE_MS + 1)).toEqual([]);
  expect((await reader.read()).value).toEqual(Uint8Array.of(2));
  streams.tend(STREAM_MS + 1);
  expect((await reader.read()).done).toBe(true);
  expect(streams.open('a', STREAM_MS + 2)).toBeDefined();
});

test('a seed that reads nothing loses its feeds and its stream', async () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  const body = streams.open('a', 0)!;
  streams.push(frameOf({ segment: 0, piece: 1 }), 4, 0, 0);
  expect(streams.tend(UNACKED_MS + 1)).toEqual([{ peerId: 'a', feeds: [FEED] }]);
  expect(streams.dealt).toEqual([]);
  expect((await framesOf(body)).length).toBe(1);
});

test('a seed that never opens its stream loses its feeds', () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  expect(streams.tend(Date.now())).toEqual([]);
  expect(streams.tend(Date.now() + CLOSED_MS + 100)).toEqual([{ peerId: 'a', feeds: [FEED] }]);
});

test('a seed whose reader went away is noticed, and its feeds are told as lost', async () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  await streams.open('a', 0)!.cancel();
  expect(streams.push(frameOf({ segment: 0, piece: 1 }), 4, 0, 0)).toBe(0);
  expect(streams.tend(Date.now() + CLOSED_MS + 100)).toEqual([{ peerId: 'a', feeds: [FEED] }]);
});

test('what was dealt is known again after an eviction', () => {
  const streams = new SeedStreams();
  streams.setFeeds('a', [FEED]);
  const again = new SeedStreams(structuredClone(streams.dealt));
  expect(again.open('a', 0)).toBeDefined();
});
