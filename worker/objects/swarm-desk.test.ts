import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { Feed } from '../../protocol/tracker.ts';
import { channelOf, swarmOf } from '../env.ts';
import { ask, bindings, goOnAir, joinLive } from '../testing/edge.ts';
import { EIGHT_FEEDS } from '../testing/frames.ts';
import type { StewardSnapshot } from '../swarm/steward.ts';
import { SignalClient, type Viewer, watch } from '../testing/signal-client.ts';

const TRACKS = [EIGHT_FEEDS];

/** The feeds a viewer was told of last. */
function feedsOf({ client }: Viewer): string[] {
  const told = client.got.findLast(({ action }) => action === 'feeds');
  return ((told?.feeds ?? []) as Feed[]).map(({ track, substream }) => `${track}/${substream}`);
}

test('the first viewer is dealt every feed, with the path of its seed stream', async () => {
  const { channel, control } = await goOnAir({}, TRACKS);
  const viewer = await watch(channel);
  const { feeds, path } = await viewer.client.action('feeds');
  expect(feeds).toHaveLength(8);
  expect(path).toContain(`${viewer.answer.mediaPath}/seed`);
  control.close();
});

test('when a seed leaves, its feeds are with another viewer at once', async () => {
  const { channel, control } = await goOnAir({}, TRACKS);
  const first = await watch(channel);
  await first.client.action('feeds');
  const second = await watch(channel);
  expect(feedsOf(second)).toEqual([]);
  first.client.socket.close();
  expect((await second.client.action('feeds')).feeds).toHaveLength(8);
  control.close();
});

test('a channel object that was restarted still knows who holds the feeds', async () => {
  const { channel, control } = await goOnAir({}, TRACKS);
  const first = await watch(channel);
  await first.client.action('feeds');
  const second = await watch(channel);
  const object = channelOf(bindings, channel);
  await runInDurableObject(object, (_channel, state) => state.storage.sync());
  await runInDurableObject(object, (_channel, state) => state.abort('restarted by a test')).catch(() => {});
  first.client.socket.close();
  expect((await second.client.action('feeds')).feeds).toHaveLength(8);
  control.close();
});

test('a feed that a seed is behind with goes to somebody else', async () => {
  const { channel, broadcast, control } = await goOnAir({}, TRACKS);
  const first = await watch(channel);
  await first.client.action('feeds');
  const second = await watch(channel);
  await channelOf(bindings, channel).feedsLost(broadcast.id, first.answer.peerId, [{
    track: 0,
    substream: 3,
  }]);
  await second.client.action('feeds');
  expect(feedsOf(second)).toEqual(['0/3']);
  await first.client.until(() => !feedsOf(first).includes('0/3'));
  control.close();
});

test('a full shard sends viewers on to a new one, and the card names both', async () => {
  const { channel, broadcast, control } = await goOnAir({ shardSize: 2 }, TRACKS);
  const viewers: Viewer[] = [];
  for (let i = 0; i < 5; i++) viewers.push(await watch(channel));
  const paths = new Set(viewers.map(({ answer }) => answer.announcePath));
  expect(paths.size).toBeGreaterThanOrEqual(3);
  const counts = new Map<string, number>();
  for (const { answer } of viewers) {
    counts.set(answer.announcePath, (counts.get(answer.announcePath) ?? 0) + 1);
  }
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(2);
  const card = await channelOf(bindings, channel).card();
  expect(card!.shards.length).toBeGreaterThanOrEqual(3);
  expect((await joinLive(channel)).broadcast.infoHash).toBe(broadcast.infoHash);
  control.close();
});

test('with a second shard there is a backbone: bridges are asked, meet there, and seeds sit in it', async () => {
  const { channel, control } = await goOnAir({ shardSize: 2 }, TRACKS);
  const viewers: Viewer[] = [];
  for (let i = 0; i < 4; i++) viewers.push(await watch(channel));
  const bridges: Record<string, unknown>[][] = [];
  for (const { client, announce } of viewers) {
    const { path } = await client.action('bridge');
    expect(path).toMatch(/shard=b0$/);
    const second = await SignalClient.open(path as string);
    second.send(announce);
    bridges.push((await second.action('welcome')).neighbours as Record<string, unknown>[]);
  }
  expect(bridges.map((neighbours) => neighbours.length)).toEqual([0, 1, 2, 3]);
  control.close();
});

test('where the edge feeds every shard, each has seeds of its own and there is no backbone', async () => {
  const { channel, control } = await goOnAir({ shardSize: 2, feedMode: 'edge-seeded' }, TRACKS);
  const viewers: Viewer[] = [];
  for (let i = 0; i < 4; i++) viewers.push(await watch(channel));
  const byShard = new Map<string, Viewer[]>();
  for (const viewer of viewers) {
    byShard.set(viewer.answer.announcePath, [...byShard.get(viewer.answer.announcePath) ?? [], viewer]);
  }
  for (const members of byShard.values()) {
    await Promise.race(members.map(({ client }) => client.action('feeds')));
    expect(new Set(members.flatMap(feedsOf)).size).toBe(8);
  }
  for (const { client } of viewers) expect(client.got.some(({ action }) => action === 'bridge')).toBe(false);
  control.close();
});

test('a shard that is emptied sends its viewers to others', async () => {
  const { channel, broadcast, control } = await goOnAir({ shardSize: 2 }, TRACKS);
  const viewers: Viewer[] = [];
  for (let i = 0; i < 3; i++) viewers.push(await watch(channel));
  const [path] = [...new Set(viewers.map(({ answer }) => answer.announcePath))].filter((one) =>
    !one.endsWith('=0')
  );
  const shard = path!.split('=')[1]!;
  await swarmOf(bindings, broadcast.infoHash, shard).drain([`/swarm/${broadcast.infoHash}/announce?shard=0`]);
  for (const { client } of viewers.filter(({ answer }) => answer.announcePath === path)) {
    expect(await client.action('redirect')).toMatchObject({ path: expect.stringMatching(/shard=0$/) });
    await client.until(() => client.closed);
  }
  control.close();
});

test('a ban reaches every shard', async () => {
  const { channel, control } = await goOnAir({ shardSize: 2 }, TRACKS);
  const viewers: Viewer[] = [];
  for (let i = 0; i < 4; i++) viewers.push(await watch(channel));
  const [bad, ...others] = viewers;
  const identity = identityOf(bad!);
  await channelOf(bindings, channel).ban([identity], 'kicked by an admin');
  await bad!.client.action('kicked');
  for (const { client } of others) {
    expect(await client.action('drop')).toMatchObject({ identities: [identity] });
  }
  control.close();
});

test('a setting that players follow is pushed to all of them', async () => {
  const { channel, control } = await goOnAir({}, TRACKS);
  const viewer = await watch(channel);

  const edited = await ask(`/api/channels/${channel}`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
    body: JSON.stringify({ settings: { latencyTargetMs: 4000 } }),
  });
  expect(edited.status).toBe(200);
  expect(await viewer.client.action('channel')).toMatchObject({ latencyTargetMs: 4000 });
  control.close();
});

test('what is asked of lower renditions reaches who is there and who comes, and outlives a restart', async () => {
  const lower = { ...EIGHT_FEEDS, track: 2, bitrateKbps: 200 };
  const { channel, control } = await goOnAir({}, [EIGHT_FEEDS, lower]);
  const viewer = await watch(channel);
  await viewer.client.action('feeds');
  const object = channelOf(bindings, channel);
  const relief = { track: 2, belowKbps: 1000, carryKbps: 6000, carryShare: 0.5 };
  await runInDurableObject(object, async (_channel, state) => {
    const kept = state.storage.kv.get<{ steward: StewardSnapshot }>('swarm')!;
    const steward = { ...kept.steward, supplyStep: 2, relief: { level: 1, order: relief } };
    state.storage.kv.put('swarm', { ...kept, steward });
    await state.storage.sync();
  });
  await runInDurableObject(object, (_channel, state) => state.abort('restarted by a test')).catch(() => {});
  await ask(`/api/channels/${channel}`, {
    method: 'PATCH',
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
    body: JSON.stringify({ settings: { uploadRatio: 3 } }),
  });
  expect(await viewer.client.action('channel')).toMatchObject({ relief });
  const later = await watch(channel);
  expect(later.client.got.find(({ action }) => action === 'welcome')).toMatchObject({ channel: { relief } });
  control.close();
});

test('when the channel is stopped its viewers hear that the broadcast is over', async () => {
  const { channel } = await goOnAir({}, TRACKS);
  const viewer = await watch(channel);
  await channelOf(bindings, channel).stop('an admin stopped it');
  expect(await viewer.client.message(({ state }) => state === 'ended')).toMatchObject({ action: 'channel' });
});

function identityOf({ announce }: Viewer): string {
  const bytes = Uint8Array.from(
    atob(announce.ticket.replaceAll('-', '+').replaceAll('_', '/')),
    (c) => c.charCodeAt(0),
  );
  return [...bytes.slice(53, 61)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
