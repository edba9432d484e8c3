import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { FromLive, LiveTicket } from '../../protocol/report.ts';
import { issueLiveTicket } from '../access/live-ticket.ts';
import { boardOf } from '../env.ts';
import { ask, bindings, goOnAir, makeChannel } from '../testing/edge.ts';
import { apiAsk, reportOf } from '../testing/figures.ts';
import { SignalClient, watch } from '../testing/signal-client.ts';

async function ticket(): Promise<string> {
  return (await (await apiAsk('POST', 'live/ticket')).json<LiveTicket>()).ticket;
}

async function open(): Promise<SignalClient> {
  return await SignalClient.open(`/api/live?ticket=${await ticket()}`);
}

function heard(
  client: SignalClient,
  where: (message: FromLive) => boolean,
): Promise<Record<string, unknown>> {
  return client.message((message) => where(message as unknown as FromLive));
}

test('a dashboard hears of a channel that goes on air, and of its figures while it watches', async () => {
  const dashboard = await open();
  await heard(dashboard, (message) => message.type === 'channels' && message.whole);
  const { channel } = await goOnAir();
  await heard(
    dashboard,
    (message) =>
      message.type === 'channels' &&
      message.channels.some((one) => one.name === channel && one.state === 'live'),
  );
  const viewer = await watch(channel);
  dashboard.send({ type: 'watch', channel });
  const pace = await viewer.client.action('pace');
  expect(pace.reportEveryMs).toBe(30_000);
  viewer.client.send({ action: 'report', report: reportOf({ peerBytes: 1_250_000 }) });
  await heard(dashboard, (message) => message.type === 'figures' && message.figures.peerKbps === 1000);
  await heard(dashboard, (message) => message.type === 'figures' && message.figures.viewers === 1);
  dashboard.send({ type: 'watch', channel: null });
  await viewer.client.message(({ action, reportEveryMs }) => action === 'pace' && reportEveryMs === 300_000);
  await apiAsk('DELETE', `channels/${channel}`);
  await heard(dashboard, (message) => message.type === 'gone' && message.channel === channel);
});

test('a dashboard keeps what it watches over an eviction of the Board', async () => {
  const { channel } = await goOnAir();
  const dashboard = await open();
  dashboard.send({ type: 'watch', channel });
  await heard(dashboard, (message) => message.type === 'figures');
  await evictDurableObject(boardOf(bindings));
  const before = dashboard.got.length;
  await dashboard.until(({ got }) => got.slice(before).some(({ type }) => type === 'figures') || undefined);
});

test('viewers report rarely again when the last dashboard that watched is closed', async () => {
  const { channel } = await goOnAir();
  const viewer = await watch(channel);
  const dashboards = [await open(), await open()];
  for (const dashboard of dashboards) {
    dashboard.send({ type: 'watch', channel });
    await heard(dashboard, (message) => message.type === 'figures');
  }
  dashboards[0]!.socket.close();
  dashboards[1]!.socket.close();
  await viewer.client.message(({ action, reportEveryMs }) => action === 'pace' && reportEveryMs === 300_000);
});

test('a ticket opens one socket, within its time', async () => {
  const used = await ticket();
  await SignalClient.open(`/api/live?ticket=${used}`);
  const open = (value: string) => ask(`/api/live?ticket=${value}`, { headers: { upgrade: 'websocket' } });
  expect((await open(used)).status).toBe(401);
  expect((await open('forged')).status).toBe(401);
  const caller = { subject: 'x', role: 'owner' } as const;
  const old = await issueLiveTicket(bindings.SHOAL_EDGE_SECRET, caller, Math.floor(Date.now() / 1000) - 60);
  expect((await open(old)).status).toBe(401);
  const other = await issueLiveTicket('another secret', caller, Math.floor(Date.now() / 1000));
  expect((await open(other)).status).toBe(401);
  expect((await ask('/api/live/ticket', { method: 'POST' })).status).toBe(401);
});

test('what is not understood is refused and the socket goes on; a tenant sees nothing of others', async () => {
  await makeChannel('private');
  const nowS = Math.floor(Date.now() / 1000);
  const tenant = { subject: 't', role: 'reports', tenant: 'nobody' } as const;
  const client = await SignalClient.open(
    `/api/live?ticket=${await issueLiveTicket(bindings.SHOAL_EDGE_SECRET, tenant, nowS)}`,
  );
  for (const message of ['no JSON', '{"type":"x"}', 'null', 'x'.repeat(5000)]) client.send(message);
  client.send({ type: 'watch', channel: 'private' });
  await client.until(({ got }) => got.filter(({ type }) => type === 'refused').length === 5 || undefined);
  expect(client.got.find(({ type }) => type === 'channels')).toEqual({
    type: 'channels',
    whole: true,
    channels: [],
  });
});
