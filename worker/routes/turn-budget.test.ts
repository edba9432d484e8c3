/** A channel's TURN budget, from what shards tell to what a join and a renewal hand out. */
import { expect, test } from 'vitest';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { channelOf } from '../env.ts';
import { admin, bindings, eventually, goOnAir, join, joinLive } from '../testing/edge.ts';
import { watch } from '../testing/signal-client.ts';

type Servers = LiveJoinAnswer['iceServers'];
const hasTurn = (servers: Servers) =>
  servers.some(({ urls }) => [urls].flat().some((url) => url.startsWith('turn')));
const asked = async (channel: string, p2p = 'on') => await join(channel, { p2p }) as LiveJoinAnswer;

async function tell(channel: string, broadcastId: string, turnKbps: number): Promise<void> {
  await channelOf(bindings, channel).rolledUp(broadcastId, {
    ...{ shard: '0', viewers: 100, stock: 0, uploadKbps: 0, turnKbps },
    ...{ candidates: [], seeds: [], needy: [], regions: {} },
  });
}

test('a budget that is spent hands out no relays, with the join and with a renewal, until some of it is free', async () => {
  const { channel, broadcast } = await goOnAir({ turnBudgetKbps: 4000 });
  const viewer = await watch(channel);
  expect(hasTurn(viewer.answer.iceServers)).toBe(true);
  await tell(channel, broadcast.id, 5000);
  await eventually(() => asked(channel), ({ iceServers }) => !hasTurn(iceServers));
  const spent = await asked(channel);
  expect(spent.p2p).toBe('on');
  expect(spent.iceServers).toHaveLength(1);
  viewer.client.send({ action: 'renew' });
  expect(hasTurn((await viewer.client.action('renewed')).iceServers as Servers)).toBe(false);
  await tell(channel, broadcast.id, 3500);
  expect(hasTurn((await asked(channel)).iceServers)).toBe(false);
  await tell(channel, broadcast.id, 1000);
  await eventually(() => asked(channel), ({ iceServers }) => hasTurn(iceServers));
});

test('who wants relays only plays from the edge once the budget is spent', async () => {
  const { channel, broadcast } = await goOnAir({ turnBudgetKbps: 4000 });
  await joinLive(channel);
  expect((await asked(channel, 'relay')).p2p).toBe('relay');
  await tell(channel, broadcast.id, 5000);
  const answer = await eventually(() => asked(channel, 'relay'), ({ p2p }) => p2p !== 'relay');
  expect(answer).toMatchObject({ p2p: 'off', iceServers: [] });
});

test('a budget of nothing hands out no relays at all, and takes effect on a live channel at once', async () => {
  const { channel } = await goOnAir();
  expect(hasTurn((await joinLive(channel)).iceServers)).toBe(true);
  await admin('PATCH', `/${channel}`, { settings: { turnBudgetKbps: 0 } });
  await eventually(() => asked(channel), ({ iceServers }) => !hasTurn(iceServers));
  await admin('PATCH', `/${channel}`, { settings: { turnBudgetKbps: null } });
  await eventually(() => asked(channel), ({ iceServers }) => hasTurn(iceServers));
});
