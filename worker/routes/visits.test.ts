import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { Page } from '../../protocol/page.ts';
import type { Networks, SwarmMap, ViewerRow, VisitRow } from '../../protocol/report.ts';
import type { VisitRow as Visit } from '../../protocol/report.ts';
import { nothingCounted } from '../../protocol/stats.ts';
import { reportOf as reportObjectOf } from '../env.ts';
import { emptyAmounts } from '../report/shard-told.ts';
import { ask, bindings, eventually, goOnAir, makeChannel } from '../testing/edge.ts';
import { apiAsk, apiGet, reportOf } from '../testing/figures.ts';
import { watch } from '../testing/signal-client.ts';

const DAY_MS = 86_400_000;

const visitsOf = (channel: string, query = '') =>
  apiGet<Page<VisitRow>>(`channels/${channel}/visits${query}`);

function visit(n: number, more: Partial<Visit> = {}): Visit {
  return {
    peerId: `-SH0001-${String(n).padStart(12, '0')}`,
    viewer: `viewer ${n}`,
    address: '203.0.113.0',
    network: 'AS64500',
    country: n % 2 === 0 ? 'DE' : 'PL',
    device: 'phone',
    browser: 'Chrome 141',
    in: 1_000_000 + n * 1000,
    out: 1_500_000 + n * 1000,
    ...nothingCounted(),
    peerBytes: n,
    startupMs: 900,
    lease: '',
    ...more,
  };
}

async function withVisits(
  name: string,
  visits: Visit[],
  settings: Partial<ChannelSettings> = {},
): Promise<void> {
  await makeChannel(name, settings);
  await reportObjectOf(bindings, name).tellShard(name, {
    shard: '0',
    ...emptyAmounts(),
    visits,
    now: undefined,
  });
}

test('a visit is written when its viewer leaves, with what it reported', async () => {
  const { channel } = await goOnAir();
  const { client, answer } = await watch(channel);
  client.send({
    action: 'report',
    report: reportOf({ peerBytes: 500, edgeBytes: 40, stalls: 2, startupMs: 650 }),
  });
  const seen = await eventually(
    () => apiGet<Page<ViewerRow>>(`channels/${channel}/viewers`),
    ({ items }) => items[0]?.peerBytes === 500,
  );
  expect(seen.items[0]).toMatchObject({
    peerId: answer.peerId,
    role: 'seed',
    edgeBytes: 40,
    latencyMs: 1200,
  });
  expect((await visitsOf(channel)).items).toEqual([]);
  client.socket.close();
  const { items } = await eventually(() => visitsOf(channel), ({ items }) => items.length > 0);
  expect(items).toMatchObject([{
    peerId: answer.peerId,
    peerBytes: 500,
    edgeBytes: 40,
    stalls: 2,
    startupMs: 650,
  }]);
  expect(items[0]!.out).toBeGreaterThanOrEqual(items[0]!.in);
});

test('a device id that the viewer agreed to names it, where no token does', async () => {
  const { channel } = await goOnAir();
  const { client, answer } = await watch(channel);
  client.send({
    action: 'announce',
    info_hash: (await apiGet<{ channel: { broadcast: { infoHash: string } } }>(`channels/${channel}`)).channel
      .broadcast
      .infoHash.replaceAll(/../g, (hex) => String.fromCharCode(parseInt(hex, 16))),
    peer_id: answer.peerId,
    capability: { uploadKbps: 1, track: 0, deviceId: 'device-of-the-test' },
  });
  await eventually(
    () => apiGet<Page<ViewerRow>>(`channels/${channel}/viewers?query=device-of-the-test`),
    ({ items }) => items[0]?.viewer === 'device-of-the-test',
  );
});

test('a viewer that comes back with its peer id goes on with its row', async () => {
  await withVisits('returned', [
    visit(1, { peerBytes: 10 }),
    visit(1, { in: 1_600_000, out: 1_700_000, peerBytes: 5 }),
  ]);
  const { items } = await visitsOf('returned');
  expect(items).toMatchObject([{ in: 1_001_000, out: 1_700_000, peerBytes: 15 }]);
});

test('visits turn their pages newest first, and are found by time and field', async () => {
  await withVisits('many', Array.from({ length: 25 }, (_, n) => visit(n)));
  const seen: number[] = [];
  let after: string | undefined;
  do {
    const query: string = `?limit=10${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`;
    const page = await visitsOf('many', query);
    seen.push(...page.items.map(({ peerBytes }) => peerBytes));
    after = page.next;
  } while (after !== undefined);
  expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => 24 - n));
  expect((await visitsOf('many', '?country=PL')).items.length).toBe(12);
  expect((await visitsOf('many', '?query=viewer%207')).items.length).toBe(1);
  expect((await visitsOf('many', '?query=%25')).items.length).toBe(0);
  expect((await visitsOf('many', '?from=1524000')).items.length).toBe(1);
  expect((await visitsOf('many', '?to=1001000')).items.length).toBe(1);
  expect((await apiAsk('GET', 'channels/many/visits?from=yesterday')).status).toBe(400);
});

test('visits are forgotten by alarm when their days are over, on the channel whose days they are', async () => {
  const ago = (days: number) => ({ in: Date.now() - days * DAY_MS - 1000, out: Date.now() - days * DAY_MS });
  const all = [visit(1, ago(40)), visit(2, ago(20)), visit(3, ago(1))];
  await withVisits('short-memory', all, { visitDays: 30 });
  await withVisits('long-memory', all, { visitDays: 400 });
  for (const name of ['short-memory', 'long-memory']) {
    await runInDurableObject(reportObjectOf(bindings, name), (_, { storage }) => storage.kv.put('forgot', 0));
    expect(await runDurableObjectAlarm(reportObjectOf(bindings, name))).toBe(true);
  }
  const left = async (name: string) => (await visitsOf(name)).items.map(({ viewer }) => viewer);
  expect(await left('short-memory')).toEqual(['viewer 3', 'viewer 2']);
  expect(await left('long-memory')).toHaveLength(3);
});

test('visits are a file for a spreadsheet, in the columns chosen, with no formula in it', async () => {
  const evil = [
    visit(1, { viewer: '=HYPERLINK("http://evil")' }),
    visit(2, { viewer: 'a "b", c', browser: '+1' }),
  ];
  await withVisits('sheet', evil);
  const file = await apiAsk('GET', 'channels/sheet/visits.csv?columns=viewer,browser,peerBytes,seconds');
  expect(file.headers.get('content-type')).toContain('text/csv');
  expect(await file.text()).toBe(
    'viewer,browser,peerBytes,seconds\r\n' +
      '"a ""b"", c",\'+1,2,500\r\n' +
      '"\'=HYPERLINK(""http://evil"")",Chrome 141,1,500\r\n',
  );
  const refused = await apiAsk('GET', 'channels/sheet/visits.csv?columns=viewer,mac');
  expect(await refused.json()).toMatchObject({ error: { code: 'bad-field', field: 'columns' } });
});

test('a form with the token in it gets the file, so that a browser downloads it by itself', async () => {
  await withVisits('form', [visit(1)]);
  const posted = (token: string, path = 'channels/form/visits.csv?columns=viewer') =>
    ask(`/api/${path}`, { method: 'POST', body: new URLSearchParams({ token }) });
  const file = await posted('admin-token-of-the-tests');
  expect([file.status, file.headers.get('content-disposition')])
    .toEqual([200, 'attachment; filename="form-visits.csv"']);
  expect(await file.text()).toBe('viewer\r\nviewer 1\r\n');
  for (const wrong of ['', 'guess', 'two words', 'admin-token-of-the-tests\r\nx: y']) {
    expect((await posted(wrong)).status, wrong).toBe(401);
  }
  expect((await posted('admin-token-of-the-tests', 'channels')).status, 'elsewhere').toBe(401);
});

test('a long file comes whole, page after page', async () => {
  await withVisits('long', Array.from({ length: 1203 }, (_, n) => visit(n)));
  const text = await (await apiAsk('GET', 'channels/long/visits.csv?columns=peerId')).text();
  expect(new Set(text.trimEnd().split('\r\n')).size).toBe(1204);
});

test('the drawing shows who feeds whom by tier, the view by network who is where', async () => {
  const { channel } = await goOnAir();
  const [first, second] = [await watch(channel, 9000), await watch(channel, 10)];
  const parents = [{ peerId: first.answer.peerId, lanes: 8 }];
  second.client.send({ action: 'report', report: reportOf({ peerBytes: 100, edgeBytes: 100, parents }) });
  const map = await eventually(
    () => apiGet<SwarmMap>(`channels/${channel}/swarm`),
    ({ links, nodes }) =>
      links.some(({ from }) => from !== null) && nodes.some(({ role }) => role === 'seed'),
  );
  const tierOf = (id: string) => map.nodes.find(({ peerId }) => peerId === id)?.tier;
  expect([tierOf(first.answer.peerId), tierOf(second.answer.peerId)]).toEqual([1, 2]);
  const networks = await apiGet<Networks>(`channels/${channel}/networks?by=address`);
  expect(networks).toMatchObject({
    shards: 1,
    shardsAsked: 1,
    items: [{ key: '', viewers: 2, peerBytes: 100 }],
  });
  const found = await apiGet<Page<ViewerRow>>(
    `channels/${channel}/viewers?query=${second.answer.peerId.slice(-6)}`,
  );
  expect(found.items.map(({ peerId }) => peerId)).toEqual([second.answer.peerId]);
});

test('pages of viewers hold everybody once', async () => {
  const { channel } = await goOnAir();
  const ids = new Set<string>();
  for (let n = 0; n < 5; n++) ids.add((await watch(channel)).answer.peerId);
  const seen: string[] = [];
  let after = '';
  for (;;) {
    const page = await apiGet<Page<ViewerRow>>(`channels/${channel}/viewers?limit=2${after}`);
    seen.push(...page.items.map(({ peerId }) => peerId));
    if (page.next === undefined) break;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
  expect([seen.length, new Set(seen)]).toEqual([5, ids]);
});

test('a tenant sees the viewers of a channel that it has to itself, and none of one that it shares', async () => {
  await withVisits('shared', [visit(1)]);
  await apiAsk('POST', 'tenants', { name: 'tenant-of-visits' });
  const from = new Date(Date.now() - 60_000).toISOString();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const lease = { channel: 'shared', tenant: 'tenant-of-visits', from, until };
  const made = await (await apiAsk('POST', 'leases', { ...lease, kind: 'share' })).json<
    { lease: { id: string } }
  >();
  const issued = await apiAsk('POST', 'tokens', {
    subject: 't',
    role: 'reports',
    tenant: 'tenant-of-visits',
  });
  const { token } = await issued.json<{ token: string }>();
  const headers = { authorization: `Bearer ${token}` };
  const statusOf = async (path: string) => (await ask(`/api/channels/shared/${path}`, { headers })).status;
  expect([await statusOf('figures'), await statusOf('visits'), await statusOf('viewers')]).toEqual([
    200,
    403,
    403,
  ]);
  await apiAsk('POST', `leases/${made.lease.id}/revoke`);
  await apiAsk('POST', 'leases', { ...lease, kind: 'channel' });
  expect([await statusOf('visits'), await statusOf('visits.csv'), await statusOf('networks')]).toEqual([
    200,
    200,
    200,
  ]);
});
