import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { FrameReader, type PieceFrame } from '../../protocol/frame.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { indexToHex, packIndex } from '../../protocol/piece-index.ts';
import { mediaOf } from '../env.ts';
import { bindings, eventually, fetchMedia, framesIn, goOnAir, joinLive, openLink } from '../testing/edge.ts';
import { UNACKED_MS } from '../media/seed.ts';
import { initOf, segmentOfFrames } from '../testing/frames.ts';
import { putClockAhead } from '../testing/quick-timers.ts';

/** The object loses its memory and its sockets at once, as when its machine goes. */
async function crash(channel: string): Promise<void> {
  const media = mediaOf(bindings, channel);
  await runInDurableObject(media, (_, state) => state.abort('crashed by a test')).catch(() => {});
}

/** Reads a seed stream as a seed would. */
class SeedReader {
  #frames = new FrameReader();
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #held: PieceFrame[] = [];

  constructor(response: Response) {
    expect(response.status).toBe(200);
    this.#reader = response.body!.getReader();
  }

  /** The next piece; undefined when the stream has ended. */
  async next(): Promise<number | undefined> {
    for (;;) {
      const frame = this.#held.shift();
      if (frame) return frame.record.index;
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#held.push(...this.#frames.push(value));
    }
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}

const seedPath = (viewer: LiveJoinAnswer) => `seed?peer=${viewer.peerId}`;
const FEEDS = [{ track: 0, substream: 1 }, { track: 0, substream: 2 }];

test('a Media object that was evicted is filled again over the link, and viewers are served on', async () => {
  const { channel, broadcast, link } = await goOnAir();
  const frames = [initOf(0), ...segmentOfFrames(0), ...segmentOfFrames(1)];
  link.push(...frames);
  const viewer = await joinLive(channel);
  const path = `piece/${indexToHex(packIndex(1, 0, 1))}`;
  expect((await fetchMedia(viewer, path)).status).toBe(200);
  await crash(channel);
  const again = await openLink(channel, broadcast, `o-${channel}`);
  expect((await again.take('welcome')).have).toEqual([]);
  const waiting = fetchMedia(viewer, 'join?tracks=0');
  again.push(...frames.toReversed());
  expect((await framesIn(await waiting)).length).toBeGreaterThan(0);
  const whole = await eventually(() => fetchMedia(viewer, 'run/0/1'), ({ status }) => status === 200);
  expect((await framesIn(whole)).length).toBe(2);
});

test('while the origin fills the window again, a run of which pieces may still come is open and kept by nobody', async () => {
  const { channel, broadcast, link } = await goOnAir();
  const frames = [0, 1, 2, 3].flatMap((segment) => segmentOfFrames(segment));
  link.push(initOf(0), ...frames);
  const viewer = await joinLive(channel);
  await crash(channel);
  const again = await openLink(channel, broadcast, `o-${channel}`);
  await again.take('welcome');
  // A miss was answered and a live piece came before segments 1 and 2.
  again.push(initOf(0), ...segmentOfFrames(0), ...segmentOfFrames(3));
  const early = await eventually(() => fetchMedia(viewer, 'run/0/1'), ({ status }) => status === 200);
  expect([early.headers.get('shoal-run'), early.headers.get('cache-control')]).toEqual(['open', 'no-store']);
  expect((await fetchMedia(viewer, 'run/0/3')).status).toBe(503);
  again.push(...segmentOfFrames(2).toReversed(), ...segmentOfFrames(1).toReversed());
  again.send({ type: 'filled' });
  const late = await fetchMedia(viewer, 'run/0/3');
  expect(late.headers.get('shoal-run')).toBe('closed');
  expect(late.headers.get('cache-control')).toContain('immutable');
  expect((await framesIn(late)).length).toBe(2);
});

test('a second older than what has come back is not gone before the window is filled', async () => {
  const { channel, broadcast, link } = await goOnAir();
  link.push(...segmentOfFrames(0));
  const viewer = await joinLive(channel);
  await crash(channel);
  const again = await openLink(channel, broadcast, `o-${channel}`);
  await again.take('welcome');
  again.push(...segmentOfFrames(4), ...segmentOfFrames(5));
  expect((await fetchMedia(viewer, 'run/0/5')).status).toBe(503);
  again.send({ type: 'filled' });
  expect((await fetchMedia(viewer, 'run/0/5')).status).toBe(404);
});

test('while the origin is away an evicted object says later, not that media is gone', async () => {
  const { channel, link } = await goOnAir();
  link.push(...segmentOfFrames(0));
  const viewer = await joinLive(channel);
  await crash(channel);
  const response = await fetchMedia(viewer, `piece/${indexToHex(packIndex(0, 0, 1))}`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
});

test('a seed gets its feeds, and only those, as pieces arrive', async () => {
  const { channel, link } = await goOnAir();
  const viewer = await joinLive(channel);
  await mediaOf(bindings, channel).setFeeds(viewer.peerId, FEEDS);
  const seed = new SeedReader(await fetchMedia(viewer, seedPath(viewer)));
  link.push(...segmentOfFrames(0), ...segmentOfFrames(0, { track: 1 }));
  expect([await seed.next(), await seed.next()]).toEqual([packIndex(0, 0, 1), packIndex(0, 0, 2)]);
  await mediaOf(bindings, channel).setFeeds(viewer.peerId, [{ track: 1, substream: 0 }]);
  link.push(...segmentOfFrames(1), ...segmentOfFrames(1, { track: 1 }));
  expect(await seed.next()).toBe(packIndex(1, 1, 0));
  await seed.close();
});

test('a seed that holds no feeds any more has its stream ended', async () => {
  const { channel, link } = await goOnAir();
  const viewer = await joinLive(channel);
  await mediaOf(bindings, channel).setFeeds(viewer.peerId, FEEDS);
  const seed = new SeedReader(await fetchMedia(viewer, seedPath(viewer)));
  link.push(...segmentOfFrames(0));
  expect(await seed.next()).toBe(packIndex(0, 0, 1));
  await mediaOf(bindings, channel).setFeeds(viewer.peerId, []);
  expect(await seed.next()).toBe(packIndex(0, 0, 2));
  expect(await seed.next()).toBeUndefined();
});

test('feeds that were dealt outlive an eviction: the seed opens its stream again', async () => {
  const { channel, broadcast } = await goOnAir();
  const viewer = await joinLive(channel);
  await mediaOf(bindings, channel).setFeeds(viewer.peerId, FEEDS);
  await crash(channel);
  const again = await openLink(channel, broadcast, `o-${channel}`);
  await again.take('welcome');
  const seed = new SeedReader(await fetchMedia(viewer, seedPath(viewer)));
  again.push(...segmentOfFrames(0));
  expect(await seed.next()).toBe(packIndex(0, 0, 1));
  await seed.close();
});

test('a seed that acknowledges keeps its feeds, one that never does loses them', async () => {
  const { channel, link } = await goOnAir();
  const [good, silent] = [await joinLive(channel), await joinLive(channel)];
  const media = mediaOf(bindings, channel);
  const streams = [];
  for (const { peerId } of [good, silent]) await media.setFeeds(peerId, FEEDS);
  for (const viewer of [good, silent]) {
    streams.push(new SeedReader(await fetchMedia(viewer, seedPath(viewer))));
  }
  link.push(...segmentOfFrames(0));
  await streams[0]!.next();
  const acks = FEEDS.map((feed) => ({ ...feed, index: packIndex(0, 0, feed.substream) }));
  expect(await media.acknowledge(good.peerId, acks)).toEqual({ lost: [], isLate: false });
  putClockAhead(UNACKED_MS);
  // The silent one reads what it was sent, and then the end.
  await streams[1]!.next();
  await streams[1]!.next();
  expect(await streams[1]!.next()).toBeUndefined();
  expect((await fetchMedia(silent, seedPath(silent))).status).toBe(404);
  link.push(...segmentOfFrames(1));
  expect([await streams[0]!.next(), await streams[0]!.next()]).toEqual([
    packIndex(0, 0, 2),
    packIndex(1, 0, 0),
  ]);
  await streams[0]!.close();
});

test('under an egress cap a live piece is not behind a join that is under way', async () => {
  const { channel, link } = await goOnAir({ egressCapKbps: 100 });
  link.push(initOf(0), ...segmentOfFrames(0, { bytes: 8000 }));
  const viewer = await joinLive(channel);
  const join = await eventually(() => fetchMedia(viewer, 'join?tracks=0'), ({ status }) => status === 200);
  await mediaOf(bindings, channel).setFeeds(viewer.peerId, FEEDS);
  const seed = new SeedReader(await fetchMedia(viewer, seedPath(viewer)));
  const order: string[] = [];
  const whole = join.arrayBuffer().then(({ byteLength }) => {
    order.push('join');
    return byteLength;
  });
  link.push(...segmentOfFrames(1));
  await seed.next();
  order.push('piece');
  expect(await whole).toBeGreaterThan(24_000);
  expect(order).toEqual(['piece', 'join']);
  await seed.close();
});

test('while a channel is on air a replay draws on the cap that holds, whatever it knows of it', async () => {
  const { channel } = await goOnAir({ egressCapKbps: 100 });
  await joinLive(channel);
  const media = mediaOf(bindings, channel);
  expect(await media.drawReplay(1_000_000, 1e6)).toBe(0);
  expect(await media.drawReplay(1_000_000, 1e6)).toBeGreaterThan(10_000);
});

test('when a broadcast ends its seed streams end', async () => {
  const { channel, control, broadcast } = await goOnAir({ reconnectWindowS: 0 });
  const viewer = await joinLive(channel);
  await mediaOf(bindings, channel).setFeeds(viewer.peerId, FEEDS);
  const seed = new SeedReader(await fetchMedia(viewer, seedPath(viewer)));
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: true, reason: 'goodbye' });
  expect(await seed.next()).toBeUndefined();
});

test('a new broadcast of the channel forgets the media of the last one', async () => {
  const { channel, key, control, broadcast, link } = await goOnAir({ reconnectWindowS: 0 });
  link.push(initOf(0), ...segmentOfFrames(0));
  const before = await joinLive(channel);
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: true, reason: 'goodbye' });
  await control.take('ended');
  const granted = await control.publish(channel, key);
  if (granted.type !== 'granted') throw new Error('refused');
  const next = { ...broadcast, id: granted.broadcastId, infoHash: granted.broadcastId.padEnd(40, '1') };
  control.send({ type: 'live', channel, broadcast: next });
  const again = await openLink(channel, next, `o-${channel}`);
  expect((await again.take('welcome')).have).toEqual([]);
  expect((await fetchMedia(before, 'join?tracks=0')).status).toBe(404);
});

test('tracks that change in a new hello are known from then on, and the window stays', async () => {
  const { channel, broadcast, link } = await goOnAir({}, [segmentTrack(0)]);
  link.push(...segmentOfFrames(0));
  const more = { ...broadcast, tracks: [...broadcast.tracks, segmentTrack(1)] };
  link.send({ type: 'hello', broadcast: more, windowS: 30 });
  expect((await link.take('welcome')).have.length).toBe(4);
  const viewer = await joinLive(channel);
  link.push(...segmentOfFrames(1), ...segmentOfFrames(1, { track: 1 }));
  const frames = await eventually(
    async () => await framesIn(await fetchMedia(viewer, `join?tracks=0,1`)),
    (all) => all.length >= 8,
  );
  expect(frames.some(({ record }) => record.index === packIndex(1, 1, 0))).toBe(true);
});

function segmentTrack(track: number) {
  return {
    track,
    kind: 'video' as const,
    codec: 'avc1.64001f',
    timescale: 90_000,
    bitrateKbps: 500,
    substreams: 4,
    sliceMs: 100,
  };
}
