import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { ChannelFigures, History } from '../../protocol/report.ts';
import { reportOf as reportObjectOf, swarmOf } from '../env.ts';
import { bindings, eventually, goOnAir } from '../testing/edge.ts';
import { apiGet, reportOf } from '../testing/figures.ts';
import { putClockAhead, quickTimers } from '../testing/quick-timers.ts';
import { watch } from '../testing/signal-client.ts';

const DAY_MS = 86_400_000;

/** Rows that the object has written since it was loaded, by SQLite's own count. */
async function rowsWritten(object: DurableObjectStub<undefined>): Promise<number> {
  return await runInDurableObject(object, (_, { storage }) => {
    return storage.sql.exec<{ rows: number }>('SELECT total_changes() AS rows').one().rows;
  });
}

test('reports of viewers write no row in their shard, and the Report object one a step, not one each', async () => {
  quickTimers();
  const { channel, broadcast } = await goOnAir();
  const { client } = await watch(channel);
  const figures = () => apiGet<ChannelFigures>(`channels/${channel}/figures`);
  const objects = [swarmOf(bindings, broadcast.infoHash, '0'), reportObjectOf(bindings, channel)];
  const count = () => Promise.all(objects.map((object) => rowsWritten(object as never)));
  client.send({ action: 'report', report: reportOf() });
  await eventually(figures, ({ totals }) => totals.reports === 1);
  const [shardBefore = 0, reportBefore = 0] = await count();
  for (let i = 0; i < 40; i++) client.send({ action: 'report', report: reportOf({ peerBytes: 1000 }) });
  await eventually(figures, ({ totals }) => totals.reports === 41);
  const [shard = 0, report = 0] = await count();
  expect(shard - shardBefore).toBe(0);
  expect(report - reportBefore).toBeLessThan(20);
});

test('history that is older than its week is forgotten by the alarm', async () => {
  quickTimers();
  const { channel } = await goOnAir();
  const { client } = await watch(channel);
  client.send({ action: 'report', report: reportOf({ edgeBytes: 500 }) });
  const report = reportObjectOf(bindings, channel);
  const rows = async () => {
    await runDurableObjectAlarm(report);
    return (await apiGet<History>(`channels/${channel}/history?from=1`)).rows;
  };
  await eventually(rows, ({ length }) => length > 0);
  putClockAhead(8 * DAY_MS);
  const past = Date.now() - DAY_MS;
  expect((await rows()).filter(({ at }) => at < past)).toEqual([]);
});
