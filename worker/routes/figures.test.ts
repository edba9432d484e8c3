import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { ChannelFigures, History } from '../../protocol/report.ts';
import { boardOf, channelOf, reportOf as reportObjectOf } from '../env.ts';
import { emptyUse } from '../report/edge-use.ts';
import { emptyAmounts } from '../report/shard-told.ts';
import { emptySums } from '../swarm/rollup.ts';
import { admin, bindings, eventually, goOnAir, makeChannel } from '../testing/edge.ts';
import { apiGet, reportOf } from '../testing/figures.ts';
import { watch } from '../testing/signal-client.ts';

const figuresOf = (channel: string) => apiGet<ChannelFigures>(`channels/${channel}/figures`);

test('figures add up what viewers report and what the edge sent', async () => {
  const { channel } = await goOnAir({ egressCapKbps: 4000 });
  const viewers = [await watch(channel), await watch(channel)];
  const told = [
    reportOf({ lanBytes: 100_000, peerBytes: 1_250_000, edgeBytes: 125_000, uploadBytes: 7, startupMs: 800 }),
    reportOf({ peerBytes: 250_000, turnBytes: 50_000, stalls: 1, stallMs: 400, latencyMs: 2400 }),
  ];
  for (const [i, { client }] of viewers.entries()) client.send({ action: 'report', report: told[i] });
  await channelOf(bindings, channel).countUse({
    ...emptyUse(),
    bytes: { seed: 90_000, join: 10_000 },
    cacheHits: 4,
  });
  const { now, totals } = await eventually(
    () => figuresOf(channel),
    ({ now, totals }) => totals.reports === 2 && totals.edge.seed > 0 && now.viewers === 2,
  );
  expect(totals).toMatchObject({
    lanBytes: 100_000,
    peerBytes: 1_500_000,
    turnBytes: 50_000,
    edgeBytes: 125_000,
    uploadBytes: 7,
    stalls: 1,
    stallMs: 400,
    joined: 2,
    startups: 1,
    startupMs: 800,
    edge: { seed: 90_000, join: 10_000, repair: 0 },
    cacheHits: 4,
  });
  expect(now).toMatchObject({
    state: 'live',
    reporting: 2,
    lanKbps: 80,
    peerKbps: 1200,
    turnKbps: 40,
    edgeKbps: 100,
    capKbps: 4000,
    startupMs: 800,
    shards: 1,
    latencyTargetMs: 1300,
  });
  expect(now.offload).toBeCloseTo(1280 / 1420);
  expect(now.supplyRatio).toBeCloseTo(4000 / (2 * now.bitrateKbps), 1);
  expect([now.latencyP50Ms! <= 1250, now.latencyP95Ms! > 2000]).toEqual([true, true]);
});

test('totals go on after an eviction', async () => {
  const channel = 'evicted';
  await makeChannel(channel);
  const report = reportObjectOf(bindings, channel);
  const told = { shard: '0', ...emptyAmounts(), now: undefined };
  await report.tellShard(channel, { ...told, sums: { ...emptySums(), peerBytes: 5000 } });
  await runDurableObjectAlarm(report);
  await evictDurableObject(report);
  await report.tellShard(channel, { ...told, sums: { ...emptySums(), peerBytes: 1000 } });
  expect((await figuresOf(channel)).totals.peerBytes).toBe(6000);
});

test('a last report that comes after the end of the broadcast is counted', async () => {
  const { channel, control, broadcast } = await goOnAir({ reconnectWindowS: 0 });
  const { client } = await watch(channel);
  await reportObjectOf(bindings, channel).watch(channel);
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: true, reason: 'goodbye' });
  await client.message(({ state }) => state === 'ended');
  client.send({ action: 'report', report: reportOf({ edgeBytes: 77 }) });
  client.socket.close();
  const { now } = await eventually(() => figuresOf(channel), ({ totals }) => totals.edgeBytes === 77);
  expect(now).toMatchObject({ state: 'idle', viewers: 0 });
});

test('a channel nobody ever watched has figures of nothing', async () => {
  await makeChannel('unwatched');
  const { now, totals } = await figuresOf('unwatched');
  expect(now).toMatchObject({ state: 'idle', viewers: 0, offload: null, latencyP50Ms: null });
  expect(totals.edge.seed).toBe(0);
  expect((await apiGet<History>('channels/unwatched/history')).rows.every(({ viewers }) => viewers === 0))
    .toBe(true);
});

test('a deleted channel takes its figures along', async () => {
  const { channel } = await goOnAir();
  const { client } = await watch(channel);
  client.send({ action: 'report', report: reportOf({ peerBytes: 5 }) });
  await eventually(() => figuresOf(channel), ({ totals }) => totals.peerBytes === 5);
  await admin('DELETE', `/${channel}`);
  await runDurableObjectAlarm(reportObjectOf(bindings, channel));
  expect(await boardOf(bindings).news([channel])).toEqual([]);
  expect((await admin('GET', `/${channel}/figures`)).status).toBe(404);
});
