import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { channelOf } from '../env.ts';
import { bindings, channelNow, eventually, goOnAir, join, openControl } from '../testing/edge.ts';
import { apiAsk, apiGet } from '../testing/figures.ts';
import { broadcastOf } from '../testing/frames.ts';

const capOf = async (channel: string) => (await channelOf(bindings, channel).card())?.settings.egressCapKbps;

test('the cap of the box is dealt to the channels that are live, and given back', async () => {
  const first = await goOnAir();
  const second = await goOnAir({ egressCapKbps: 1000 });
  await apiAsk('PATCH', 'settings', { egressCapKbps: 9000 });
  expect([await capOf(first.channel), await capOf(second.channel)]).toEqual([8000, 1000]);
  await apiAsk('POST', `channels/${second.channel}/stop`);
  await eventually(() => capOf(first.channel), (cap) => cap === 9000);
  await apiAsk('PATCH', 'settings', { egressCapKbps: null });
  expect([await capOf(first.channel), await capOf(second.channel)]).toEqual([null, 1000]);
});

test('STUN servers of the settings take the place of those of the environment, TURN can be turned off', async () => {
  const { channel } = await goOnAir();
  await apiAsk('PATCH', 'settings', { stun: ['stun:stun.example:3478'], turn: false });
  const answer = await eventually(
    () => join(channel),
    (told) => told.state === 'live' && JSON.stringify(told.iceServers).includes('stun.example'),
  ) as LiveJoinAnswer;
  expect(answer.iceServers).toEqual([{ urls: 'stun:stun.example:3478' }]);
  expect(await apiGet('settings')).toEqual({
    settings: { egressCapKbps: null, stun: ['stun:stun.example:3478'], turn: false },
  });
  expect((await apiAsk('PATCH', 'settings', { stun: ['http://x'] })).status).toBe(400);
  await apiAsk('PATCH', 'settings', { stun: null, turn: true });
});

test('a channel that was off air when the box lost its cap is not held to it when it is back', async () => {
  const { channel, key, control } = await goOnAir();
  await apiAsk('PATCH', 'settings', { egressCapKbps: 5000 });
  await eventually(() => capOf(channel), (cap) => cap !== null);
  await apiAsk('POST', `channels/${channel}/stop`);
  await eventually(async () => (await channelNow(channel)).state, (state) => state === 'stopped');
  await evictDurableObject(bindings.DIRECTORY.getByName('directory'));
  await apiAsk('PATCH', 'settings', { egressCapKbps: null });
  await apiAsk('POST', `channels/${channel}/start`);
  const again = await openControl(`o-${channel}`);
  const granted = await again.publish(channel, key);
  if (granted.type !== 'granted') throw new Error(JSON.stringify(granted));
  again.send({ type: 'live', channel, broadcast: broadcastOf(granted.broadcastId) });
  await eventually(async () => (await channelNow(channel)).state, (state) => state === 'live');
  await eventually(() => capOf(channel), (cap) => cap === null);
  control.close();
});

test('a cap of the box that is taken away is forgotten by live channels, whatever happened to the Directory', async () => {
  const { channel } = await goOnAir();
  await apiAsk('PATCH', 'settings', { egressCapKbps: 5000 });
  await eventually(() => capOf(channel), (cap) => cap !== null);
  await evictDurableObject(bindings.DIRECTORY.getByName('directory'));
  await apiAsk('PATCH', 'settings', { egressCapKbps: null });
  expect(await capOf(channel)).toBe(null);
});
