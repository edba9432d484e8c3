import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test, vi } from 'vitest';
import { indexToHex, packIndex, pieceOf } from '../../protocol/piece-index.ts';
import {
  admin,
  ask,
  bindings,
  eventually,
  fetchMedia,
  framesIn,
  goOnAir,
  joinLive,
  makeChannel,
} from '../testing/edge.ts';
import { reportOf } from '../env.ts';
import { frameOf, initOf, segmentOfFrames } from '../testing/frames.ts';
import { quickTimers } from '../testing/quick-timers.ts';
import type { OnAir } from '../testing/edge.ts';

/** On air with whole segments of both tracks. */
async function withMedia(segments: number, settings = {}) {
  const air = await goOnAir(settings);
  air.link.push(initOf(0), initOf(1));
  for (let segment = 0; segment < segments; segment++) {
    for (const track of [0, 1]) air.link.push(...segmentOfFrames(segment, { track }));
  }
  const viewer = await joinLive(air.channel);
  return { ...air, viewer };
}

async function metricsOf({ channel }: Pick<OnAir, 'channel'>): Promise<Record<string, number>> {
  await runDurableObjectAlarm(reportOf(bindings, channel));
  const text = await (await ask('/metrics')).text();
  return Object.fromEntries(
    text.split('\n').filter((line) => line.includes(`channel="${channel}"`)).map((line) => {
      const [, name, labels, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line)!;
      const kind = /kind="(\w+)"/.exec(labels!)?.[1];
      return [kind ?? name!, Number(value)];
    }),
  );
}

test('media wants a grant of this very broadcast, and says so to pages of other sites', async () => {
  const { viewer } = await withMedia(1);
  const other = await withMedia(1);
  const path = `${viewer.mediaPath}/join?tracks=0`;
  for (const grant of ['', 'guess', other.viewer.grant.value, viewer.grant.value + 'x']) {
    const refused = await ask(`${path}&grant=${grant}`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
  }
  expect((await ask(`${path}&grant=${viewer.grant.value}`)).status).toBe(200);
});

test('a piece comes with its record, may be cached, and may be read by other sites', async () => {
  const { viewer } = await withMedia(2);
  const index = packIndex(1, 0, 2);
  const response = await fetchMedia(viewer, `piece/${indexToHex(index)}`);
  expect(response.headers.get('cache-control')).toContain('immutable');
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  const [frame] = await framesIn(response);
  expect(frame!.record.index).toBe(index);
  expect(frame!.signed).toEqual(segmentOfFrames(1)[2]!.signed);
});

test('a piece that the window lacks is asked of the origin once for all who wait', async () => {
  const { viewer, link } = await withMedia(3);
  const frames = segmentOfFrames(1, { pieces: 8 });
  const path = `piece/${indexToHex(frames[6]!.record.index)}`;
  const answers = [fetchMedia(viewer, path), fetchMedia(viewer, path), fetchMedia(viewer, path)];
  expect((await link.take('want')).indexes).toEqual([frames[6]!.record.index]);
  link.push(frames[6]!);
  for (const answer of answers) {
    expect((await framesIn(await answer))[0]!.record.index).toBe(frames[6]!.record.index);
  }
  expect(link.got).toEqual([]);
});

test('a piece that the origin does not have either is not found, without asking again', async () => {
  const { viewer, link } = await withMedia(3);
  const index = packIndex(1, 0, 200);
  const answer = fetchMedia(viewer, `piece/${indexToHex(index)}`);
  await link.take('want');
  link.send({ type: 'missing', indexes: [index] });
  expect((await answer).status).toBe(404);
  expect((await fetchMedia(viewer, `piece/${indexToHex(index)}`)).status).toBe(404);
  expect(link.got).toEqual([]);
});

test('a piece that is about to be cut is waited for, and the origin is not asked', async () => {
  const { viewer, link } = await withMedia(2);
  const next = frameOf({ segment: 2, piece: 0 });
  const answer = fetchMedia(viewer, `piece/${indexToHex(next.record.index)}`);
  await eventually(() => metricsOf({ channel: viewer.channel }), () => true);
  link.push(next);
  expect((await framesIn(await answer)).length).toBe(1);
  expect(link.got).toEqual([]);
});

test('a run holds its second of the tracks it names, and is the same for every viewer', async () => {
  const { viewer, channel } = await withMedia(3);
  const response = await fetchMedia(viewer, 'run/0,1/2');
  expect(response.headers.get('shoal-run')).toBe('closed');
  expect(response.headers.get('cache-control')).toContain('immutable');
  const frames = await framesIn(response);
  expect(frames.map(({ record }) => record.decodeTimeUs)).toEqual([
    2_000_000,
    2_000_000,
    2_500_000,
    2_500_000,
  ]);
  const second = await fetchMedia(await joinLive(channel), 'run/0,1/2');
  expect(second.headers.get('shoal-run')).toBe('closed');
  expect(await framesIn(second)).toEqual(frames);
});

test('an open run is held until it closes', async () => {
  const { viewer, link } = await withMedia(2);
  const answer = fetchMedia(viewer, 'run/0,1/3');
  for (const track of [0, 1]) link.push(segmentOfFrames(2, { track })[0]!);
  const response = await answer;
  expect(response.headers.get('shoal-run')).toBe('closed');
  expect((await framesIn(response)).length).toBe(4);
});

test('a run that does not close in time is answered with what there is, and cached by nobody', async () => {
  const { viewer } = await withMedia(2);
  const response = await fetchMedia(viewer, 'run/0,1/3');
  expect(response.headers.get('shoal-run')).toBe('open');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect((await framesIn(response)).length).toBe(4);
});

test('a hole in a run is filled from the origin before the run is given out', async () => {
  const air = await goOnAir();
  const frames = [0, 1, 2].flatMap((segment) => segmentOfFrames(segment, { pieces: 8 }));
  const lost = frames.find(({ record }) => record.index === packIndex(1, 0, 2))!;
  air.link.push(...frames.filter((frame) => frame !== lost));
  const viewer = await joinLive(air.channel);
  const answer = fetchMedia(viewer, 'run/0/2');
  expect((await air.link.take('want')).indexes).toEqual([lost.record.index]);
  air.link.push(lost);
  expect((await framesIn(await answer)).map(({ record }) => pieceOf(record.index))).toEqual([0, 1, 2, 3]);
});

test('a run with a hole that stays is given out as it is, and cached by nobody', async () => {
  const air = await goOnAir();
  const frames = [0, 1, 2].flatMap((segment) => segmentOfFrames(segment, { pieces: 8 }));
  air.link.push(...frames.filter(({ record }) => record.index !== packIndex(1, 0, 2)));
  const viewer = await joinLive(air.channel);
  const answer = fetchMedia(viewer, 'run/0/2');
  air.link.send({ type: 'missing', indexes: (await air.link.take('want')).indexes });
  const response = await answer;
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect((await framesIn(response)).length).toBe(3);
});

test('a second that is long past is gone, one far ahead is later', async () => {
  const { viewer, link } = await withMedia(1, { windowS: 10 });
  for (let segment = 10; segment < 16; segment++) link.push(...segmentOfFrames(segment));
  await eventually(() => fetchMedia(viewer, 'run/0/30'), ({ status }) => status === 200);
  expect((await fetchMedia(viewer, 'run/0/1')).status).toBe(404);
  const ahead = await fetchMedia(viewer, 'run/0/500');
  expect([ahead.status, ahead.headers.get('retry-after')]).toEqual([503, '1']);
});

test('a join brings init segments and the newest keyframe on', async () => {
  const { viewer } = await withMedia(3);
  const frames = await framesIn(await fetchMedia(viewer, 'join?tracks=0,1'));
  expect(frames.map(({ record }) => record.index)).toEqual([
    packIndex(0, 0, 255),
    packIndex(0, 1, 255),
    ...[0, 1, 2, 3].flatMap((piece) => [packIndex(2, 0, piece), packIndex(2, 1, piece)]),
  ]);
});

test('a join before the first media waits for it a moment, then says later', async () => {
  const { channel, link } = await goOnAir();
  const viewer = await joinLive(channel);
  const waiting = fetchMedia(viewer, 'join?tracks=0');
  link.push(initOf(0), ...segmentOfFrames(0));
  expect((await framesIn(await waiting)).length).toBeGreaterThan(1);
  const silent = await goOnAir();
  expect((await fetchMedia(await joinLive(silent.channel), 'join?tracks=0')).status).toBe(503);
});

test('fields that are malformed are named', async () => {
  const { viewer } = await withMedia(1);
  for (
    const [path, field] of [['piece/xyz', 'index'], ['run/1,0/3', 'tracks'], ['run/0/soon', 'second'], [
      'join?tracks=99',
      'tracks',
    ]]
  ) {
    const response = await fetchMedia(viewer, path!);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { field } });
  }
});

test('media of a broadcast that is over is gone', async () => {
  const { viewer, channel } = await withMedia(2);
  await admin('POST', `/${channel}/stop`);
  expect((await fetchMedia(viewer, `piece/${indexToHex(packIndex(0, 0, 3))}`)).status).toBe(404);
  expect((await fetchMedia(viewer, 'seed?peer=' + viewer.peerId)).status).toBe(404);
});

test('what a join begins with is half a second old at most', async () => {
  const { viewer, link } = await withMedia(2);
  const count = async () => (await framesIn(await fetchMedia(viewer, 'join?tracks=0'))).length;
  const nowMs = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(nowMs);
  try {
    const before = await count();
    link.push(frameOf({ segment: 2, piece: 0 }));
    await framesIn(await fetchMedia(viewer, `piece/${indexToHex(packIndex(2, 0, 0))}`));
    clock.mockReturnValue(nowMs + 600);
    expect(await count()).not.toBe(before);
  } finally {
    clock.mockRestore();
  }
});

test('what is served is counted by kind, from the cache or not', async () => {
  quickTimers(500);
  const { viewer, channel } = await withMedia(3);
  const sizes: Record<string, number> = {};
  for (
    const [kind, path] of [['join', 'join?tracks=0,1'], ['run', 'run/0,1/2'], ['repair', 'piece/00000000']]
  ) {
    for (let i = 0; i < 2; i++) {
      const { byteLength } = await (await fetchMedia(viewer, path!)).arrayBuffer();
      sizes[kind!] = (sizes[kind!] ?? 0) + byteLength;
    }
  }
  const counts = await eventually(
    () => metricsOf({ channel }),
    ({ join, run, repair }) => join === sizes.join && run === sizes.run && repair === sizes.repair,
  );
  expect(counts.shoal_edge_cache_hits_total! + counts.shoal_edge_cache_misses_total!).toBe(6);
});

test('over the egress cap media is put off with that as the reason, and the refusals are counted', async () => {
  quickTimers(500);
  const { viewer, channel } = await withMedia(3, { egressCapKbps: 16 });
  const statuses: number[] = [];
  let refused: Response | undefined;
  for (let i = 0; i < 6; i++) {
    const response = await fetchMedia(viewer, 'join?tracks=0,1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    statuses.push(response.status);
    if (response.status === 503) refused = response;
  }
  expect(statuses[0]).toBe(200);
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(refused?.headers.get('access-control-allow-origin')).toBe('*');
  expect(refused?.headers.get('access-control-expose-headers')).toContain('retry-after');
  expect(await refused?.json()).toMatchObject({ error: { code: 'egress-cap' } });
  await eventually(() => metricsOf({ channel }), (counts) => counts.shoal_edge_refused_total! > 0);
});

test('a cap that is lifted lets media through again', async () => {
  const { viewer, channel } = await withMedia(3, { egressCapKbps: 1 });
  await eventually(() => fetchMedia(viewer, 'join?tracks=0'), ({ status }) => status === 503);
  await admin('PATCH', `/${channel}`, { settings: { egressCapKbps: null } });
  expect((await fetchMedia(viewer, 'join?tracks=0')).status).toBe(200);
});

test('a stranger to the swarm has no seed stream, and nobody opens that of another', async () => {
  const { viewer, channel } = await withMedia(1);
  expect((await fetchMedia(viewer, `seed?peer=${viewer.peerId}`)).status).toBe(404);
  const other = await joinLive(channel);
  expect((await fetchMedia(viewer, `seed?peer=${other.peerId}`)).status).toBe(403);
});

test('a channel that nobody publishes has no media', async () => {
  await makeChannel('mute');
  expect((await ask('/hls/mute/index.m3u8')).status).toBe(404);
});
