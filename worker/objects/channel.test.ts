import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { boardOf, channelOf, directoryOf, reportOf } from '../env.ts';
import { ask, bindings, channelNow, eventually, goOnAir, join, openControl } from '../testing/edge.ts';
import { emptyAmounts } from '../report/shard-told.ts';
import { emptySums } from '../swarm/rollup.ts';
import { emptyNow } from '../swarm/shard-now.ts';
import { broadcastOf } from '../testing/frames.ts';
import type { Channel } from './channel.ts';
import type { Directory } from './directory.ts';

test('a live channel is still live after its object was evicted, and knows its broadcast', async () => {
  const { channel, key, control, broadcast } = await goOnAir();
  await evictDurableObject(channelOf(bindings, channel));
  expect(await channelOf(bindings, channel).card()).toMatchObject({ state: 'live', broadcast });
  expect(await control.publish(channel, key)).toMatchObject({ type: 'granted', broadcastId: broadcast.id });
});

test('the reconnect window ends by alarm, though the object was evicted in between', async () => {
  const { channel, control, broadcast } = await goOnAir({ reconnectWindowS: 1 });
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: false, reason: 'gone' });
  await eventually(() => channelNow(channel), ({ state }) => state === 'lost');
  await evictDurableObject(channelOf(bindings, channel));
  expect(await control.take('ended')).toMatchObject({ channel, broadcastId: broadcast.id });
  const over = await eventually(() => channelNow(channel), ({ state }) => state === 'idle');
  expect(over).toMatchObject({ reason: 'the encoder did not come back in time' });
  expect(over.broadcast).toBeUndefined();
});

test('an encoder that comes back stops the alarm', async () => {
  const { channel, key, control, broadcast } = await goOnAir({ reconnectWindowS: 60 });
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: false, reason: 'gone' });
  await eventually(() => channelNow(channel), ({ state }) => state === 'lost');
  await control.publish(channel, key);
  control.send({ type: 'live', channel, broadcast });
  await eventually(() => channelNow(channel), ({ state }) => state === 'live');
  const alarm = await runInDurableObject<Channel, number | null>(
    channelOf(bindings, channel),
    (_, state) => state.storage.getAlarm(),
  );
  expect(alarm).toBeNull();
});

test('control sockets live through an eviction of the Directory, and so do channels and keys', async () => {
  const { channel, key, control, broadcast } = await goOnAir();
  await evictDurableObject(directoryOf(bindings));
  expect(await channelNow(channel)).toMatchObject({ state: 'live', broadcast: { id: broadcast.id } });
  expect(await control.publish(channel, key)).toMatchObject({ type: 'granted', broadcastId: broadcast.id });
});

test('a live channel whose origin went away without a word is found lost by the Directory', async () => {
  const { channel } = await goOnAir();
  await evictDurableObject(directoryOf(bindings), { webSockets: 'close' });
  await runDurableObjectAlarm(directoryOf(bindings));
  await eventually(() => channelNow(channel), ({ state }) => state === 'lost');
});

test('the Directory looks again as long as a channel is live, and rests when none is', async () => {
  const { channel, control, broadcast } = await goOnAir({ reconnectWindowS: 0 });
  const directory = directoryOf(bindings);
  const alarm = () =>
    runInDurableObject<Directory, number | null>(directory, (_, state) => state.storage.getAlarm());
  expect(await alarm()).not.toBeNull();
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: false, reason: 'gone' });
  await control.take('ended');
  const live = async () =>
    (await directory.page({ limit: 500, query: '' })).items.filter(({ state }) => state === 'live');
  for (const { name } of await live()) await directory.stop(name);
  await runDurableObjectAlarm(directory);
  expect(await alarm()).toBeNull();
});

test('viewers see the end of a broadcast in the card', async () => {
  const { channel, control, broadcast } = await goOnAir({ reconnectWindowS: 0 });
  await eventually(() => join(channel), ({ state }) => state === 'live');
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: true, reason: 'goodbye' });
  await eventually(() => join(channel), ({ state }) => state === 'idle');
});

test('two channels of one origin live and die apart', async () => {
  const first = await goOnAir();
  const second = await goOnAir({ reconnectWindowS: 0 });
  second.control.close();
  await eventually(() => channelNow(second.channel), ({ state }) => state === 'idle');
  expect((await channelNow(first.channel)).state).toBe('live');
  await openControl(`o-${second.channel}`);
  expect((await channelNow(first.channel)).state).toBe('live');
});

test('metrics know the viewers of a channel from its shards, over an eviction and until its end', async () => {
  const { channel, control } = await goOnAir({ reconnectWindowS: 0 });
  const report = reportOf(bindings, channel);
  await report.tellShard(channel, { shard: '0', ...emptyAmounts(), now: { ...emptyNow(), viewers: 3 } });
  await runDurableObjectAlarm(report);
  const viewers = async () => {
    const line = `shoal_viewers{channel="${channel}"} `;
    return (await (await ask('/metrics')).text()).split('\n').find((text) => text.startsWith(line))?.slice(
      line.length,
    );
  };
  await eventually(viewers, (text) => text === '3');
  await evictDurableObject(boardOf(bindings));
  await evictDurableObject(report);
  expect(await viewers()).toBe('3');
  const { broadcast } = await channelNow(channel);
  control.send({ type: 'lost', channel, broadcastId: broadcast!.id, polite: true, reason: 'goodbye' });
  await eventually(viewers, (text) => text === '0');
});

test('a broadcast that begins with as many viewers as the last one had is heard of all the same', async () => {
  const { channel, key, control, broadcast } = await goOnAir({ reconnectWindowS: 0 });
  const known = () =>
    runInDurableObject<Directory, number | undefined>(
      directoryOf(bindings),
      (_, state) => state.storage.kv.get<Record<string, number>>('viewers')?.[channel],
    );
  const fiveWatch = (id: string) =>
    channelOf(bindings, channel).rolledUp(id, {
      ...{ shard: '0', viewers: 5, stock: 0, uploadKbps: 0, joined: 5, left: 0, sums: emptySums() },
      ...{ candidates: [], seeds: [], needy: [], regions: {} },
    });
  await fiveWatch(broadcast.id);
  expect(await known()).toBe(5);
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: true, reason: 'goodbye' });
  await eventually(known, (viewers) => viewers === 0);
  const granted = await control.publish(channel, key);
  if (granted.type !== 'granted') throw new Error(JSON.stringify(granted));
  control.send({ type: 'live', channel, broadcast: broadcastOf(granted.broadcastId) });
  await eventually(() => channelNow(channel), ({ state }) => state === 'live');
  await fiveWatch(granted.broadcastId);
  expect(await known()).toBe(5);
});
