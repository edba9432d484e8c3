import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { channelOf, directoryOf } from '../env.ts';
import { ask, bindings, channelNow, eventually, goOnAir, join, openControl } from '../testing/edge.ts';
import { emptySums } from '../swarm/rollup.ts';
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
  const live = async () => (await directory.list()).filter(({ state }) => state === 'live');
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

test('metrics know the viewers of a channel from its roll-ups, over an eviction and until its end', async () => {
  const { channel, broadcast, control } = await goOnAir({ reconnectWindowS: 0 });
  const rollup = {
    shard: '0',
    viewers: 3,
    stock: 0,
    uploadKbps: 0,
    candidates: [],
    seeds: [],
    needy: [],
    regions: {},
  };
  await channelOf(bindings, channel).rolledUp(broadcast.id, rollup);
  await evictDurableObject(directoryOf(bindings));
  expect(await (await ask('/metrics')).text()).toContain(`shoal_viewers{channel="${channel}"} 3\n`);
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: true, reason: 'goodbye' });
  await eventually(() => channelNow(channel), ({ state }) => state === 'idle');
  expect(await (await ask('/metrics')).text()).toContain(`shoal_viewers{channel="${channel}"} 0\n`);
});
