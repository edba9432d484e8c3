import { runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { channelOf, reportOf } from '../env.ts';
import { emptyUse } from '../report/edge-use.ts';
import { admin, ask, bindings, eventually, makeChannel } from '../testing/edge.ts';

test('metrics are text that Prometheus reads, with every channel in it', async () => {
  await makeChannel('counted');
  const response = await ask('/metrics');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  expect(text).toContain('# TYPE shoal_edge_media_bytes_total counter\n');
  expect(text).toContain('shoal_edge_media_bytes_total{channel="counted",kind="seed"} 0\n');
  expect(text).toContain('shoal_channel_live{channel="counted"} 0\n');
});

test('use adds up over what the objects tell, and a channel that was deleted is no longer named', async () => {
  await makeChannel('summed');
  const channel = channelOf(bindings, 'summed');
  for (const seed of [5, 7]) await channel.countUse({ ...emptyUse(), bytes: { seed }, cacheHits: 1 });
  const metrics = async () => {
    await runDurableObjectAlarm(reportOf(bindings, 'summed'));
    return await (await ask('/metrics')).text();
  };
  const text = await eventually(
    metrics,
    (lines) => lines.includes('shoal_edge_media_bytes_total{channel="summed",kind="seed"} 12\n'),
  );
  expect(text).toContain('shoal_edge_cache_hits_total{channel="summed"} 2\n');
  await admin('DELETE', '/summed');
  expect(await metrics()).not.toContain('channel="summed"');
});

test('metrics want their token where one is configured', async () => {
  const env = { ...bindings, SHOAL_METRICS_TOKEN: 'm' };
  const get = (authorization?: string) =>
    app.request('/metrics', authorization ? { headers: { authorization } } : {}, env);
  expect((await get()).status).toBe(401);
  expect((await get('Bearer x')).status).toBe(401);
  expect((await get('Bearer m')).status).toBe(200);
});
