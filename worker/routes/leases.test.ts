import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { LeaseResource } from '../../protocol/lease.ts';
import { channelOf } from '../env.ts';
import { toBase64Url } from '../../protocol/bytes.ts';
import { ask, bindings, channelNow, eventually, goOnAir, makeChannel, openControl } from '../testing/edge.ts';
import { broadcastOf } from '../testing/frames.ts';
import { emptySums } from '../swarm/rollup.ts';
import { SignalClient, watch } from '../testing/signal-client.ts';

const HOUR = 3600 * 1000;

async function api(method: string, path: string, body?: unknown): Promise<Response> {
  return await ask(`/api${path}`, {
    method,
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

let made = 0;
async function makeTenant(): Promise<string> {
  const name = `tenant-${++made}-${crypto.randomUUID().slice(0, 8)}`;
  expect((await api('POST', '/tenants', { name, title: 'Über GmbH – "x"' })).status).toBe(201);
  return name;
}

function terms(channel: string, tenant: string, edit: Record<string, unknown> = {}) {
  const from = new Date(Date.now() - HOUR).toISOString();
  return { channel, tenant, from, until: new Date(Date.now() + HOUR).toISOString(), ...edit };
}

async function makeLease(channel: string, tenant: string, edit = {}): Promise<LeaseResource> {
  const answer = await api('POST', '/leases', terms(channel, tenant, edit));
  if (answer.status !== 201) throw new Error(await answer.text());
  return (await answer.json<{ lease: LeaseResource }>()).lease;
}

async function leaseNow(id: string): Promise<LeaseResource> {
  return (await (await api('GET', `/leases/${id}`)).json<{ lease: LeaseResource }>()).lease;
}

async function errorOf(answer: Response) {
  return { status: answer.status, ...(await answer.json<{ error: Record<string, unknown> }>()).error };
}

const desk = () => bindings.LEASES.getByName('desk');

test("rental is the owner's: nothing of it without his token", async () => {
  for (const path of ['/tenants', '/leases', '/leases/x', '/channels/x/leases', '/leases/use.csv']) {
    expect((await ask(`/api${path}`)).status, path).toBe(401);
  }
});

test('a tenant is made, listed, edited and deleted', async () => {
  const name = await makeTenant();
  expect(await errorOf(await api('POST', '/tenants', { name }))).toMatchObject({
    status: 409,
    code: 'name-taken',
  });
  expect((await api('PATCH', `/tenants/${name}`, { note: 'contract 7' })).status).toBe(200);
  const { tenant } = await (await api('GET', `/tenants/${name}`)).json<{ tenant: unknown }>();
  expect(tenant).toMatchObject({ name, title: 'Über GmbH – "x"', note: 'contract 7' });
  expect((await api('DELETE', `/tenants/${name}`)).status).toBe(204);
  expect((await api('GET', `/tenants/${name}`)).status).toBe(404);
});

test('lists come in pages', async () => {
  await makeTenant();
  await makeTenant();
  const first = await (await api('GET', '/tenants?limit=1')).json<
    { items: { name: string }[]; next: string }
  >();
  expect(first.items).toHaveLength(1);
  const second = await (await api('GET', `/tenants?limit=1&after=${first.next}`)).json<typeof first>();
  expect(second.items[0]!.name > first.items[0]!.name).toBe(true);
  expect(await errorOf(await api('GET', '/tenants?limit=0'))).toMatchObject({ status: 400, field: 'limit' });
});

test('a lease is on the card of its channel at once, and off it at once when revoked', async () => {
  const channel = `rented-${crypto.randomUUID().slice(0, 8)}`;
  await makeChannel(channel);
  const tenant = await makeTenant();
  const lease = await makeLease(channel, tenant, { viewerQuota: 5, sites: ['www.acme.example'] });
  expect(lease).toMatchObject({ state: 'current', kind: 'share', use: { visits: 0 } });
  expect((await channelOf(bindings, channel).card())?.leases).toMatchObject([
    { id: lease.id, tenant, viewerQuota: 5, sites: ['www.acme.example'], spent: false },
  ]);
  const { items } = await (await api('GET', `/channels/${channel}/leases`)).json<
    { items: LeaseResource[] }
  >();
  expect(items.map(({ id }) => id)).toEqual([lease.id]);
  expect((await api('POST', `/leases/${lease.id}/revoke`)).status).toBe(200);
  expect((await channelOf(bindings, channel).card())?.leases).toEqual([]);
  expect((await leaseNow(lease.id)).state).toBe('revoked');
  expect((await api('DELETE', `/leases/${lease.id}`)).status).toBe(204);
});

test('bad terms are refused with their field', async () => {
  const channel = `terms-${crypto.randomUUID().slice(0, 8)}`;
  await makeChannel(channel);
  const tenant = await makeTenant();
  const cases: [Record<string, unknown>, string][] = [
    [{ until: 'tomorrow' }, 'until'],
    [{ until: new Date(0).toISOString() }, 'until'],
    [{ viewerQuota: 0 }, 'viewerQuota'],
    [{ sites: ['https://x.example/path'] }, 'sites.0'],
    [{ kind: 'gift' }, 'kind'],
    [{ tenant: 'nobody-here' }, 'tenant'],
  ];
  for (const [edit, field] of cases) {
    expect(await errorOf(await api('POST', '/leases', terms(channel, tenant, edit)))).toMatchObject({
      field,
    });
  }
  expect(await errorOf(await api('POST', '/leases', terms('no-such-channel', tenant)))).toMatchObject({
    code: 'unknown-channel',
  });
});

test('the desk and its leases outlive an eviction, and an alarm that wakes it finds them', async () => {
  const { channel } = await goOnAir();
  const tenant = await makeTenant();
  const lease = await makeLease(channel, tenant, { kind: 'channel' });
  await evictDurableObject(desk());
  expect(await leaseNow(lease.id)).toMatchObject({ tenant, state: 'current' });
  await api('PATCH', `/leases/${lease.id}`, { until: new Date(Date.now() + 300).toISOString() });
  await evictDurableObject(desk());
  // The alarm is the first that the fresh object hears: it has to load the state itself.
  await eventually(async () => {
    await runDurableObjectAlarm(desk());
    return await channelNow(channel);
  }, ({ state }) => state === 'stopped');
  expect(await channelNow(channel)).toMatchObject({ state: 'stopped', reason: 'the lease is over' });
  expect((await leaseNow(lease.id)).state).toBe('ended');
  expect((await channelOf(bindings, channel).card())?.leases).toEqual([]);
});

test('an evicted desk keeps what was answered just before', async () => {
  const tenant = await makeTenant();
  await evictDurableObject(desk());
  expect((await api('GET', `/tenants/${tenant}`)).status).toBe(200);
});

test('a shared channel goes on when the lease of it ends', async () => {
  const { channel } = await goOnAir();
  const lease = await makeLease(channel, await makeTenant());
  await api('POST', `/leases/${lease.id}/revoke`);
  expect((await channelNow(channel)).state).toBe('live');
});

test('use is told as CSV, and no cell of it is a formula', async () => {
  const channel = `csv-${crypto.randomUUID().slice(0, 8)}`;
  await makeChannel(channel);
  const lease = await makeLease(channel, await makeTenant(), { priceNote: '=HYPERLINK("http://x")' });
  const all = await api('GET', `/leases/use.csv?channel=${channel}`);
  expect(all.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const [head, row] = (await all.text()).split('\r\n');
  expect(head!.split(',').slice(0, 3)).toEqual(['id', 'channel', 'tenant']);
  expect(row).toContain(`"'=HYPERLINK`);
  const days = await (await api('GET', `/leases/${lease.id}/use.csv`)).text();
  expect(days.trim()).toBe('lease,channel,tenant,day,visits,peakViewers,viewerSeconds,deliveredBytes');
  expect(await (await api('GET', `/leases/${lease.id}/use`)).json()).toMatchObject({ days: [] });
});

/** A playback token for a tenant's viewer. */
async function tokenFor(channel: string, tenant: string): Promise<string> {
  const made = await api('POST', `/channels/${channel}/tokens`, { tenant });
  if (made.status !== 201) throw new Error(await made.text());
  return (await made.json<{ token: string }>()).token;
}

async function refusalOf(
  channel: string,
  token: string,
  headers: HeadersInit = {},
  framedBy?: string,
): Promise<string> {
  const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const init = { method: 'POST', headers, body: JSON.stringify({ peerKey, token, framedBy }) };
  const answer = await ask(`/join/${channel}`, init);
  return answer.status === 200 ? 'ok' : (await answer.json<{ error: { code: string } }>()).error.code;
}

test("a revoked lease closes its viewers' sockets and refuses new ones, and leaves the others alone", async () => {
  const { channel } = await goOnAir();
  const tenant = await makeTenant();
  const lease = await makeLease(channel, tenant);
  const token = await tokenFor(channel, tenant);
  await eventually(() => refusalOf(channel, token), (code) => code === 'ok');
  const [theirs, ours] = [await watch(channel, 2000, token), await watch(channel)];
  await api('POST', `/leases/${lease.id}/revoke`);
  expect(await theirs.client.action('kicked')).toMatchObject({ code: 'lease-ended' });
  await theirs.client.until(({ closed }) => closed);
  // Their neighbours drop them too.
  expect(await ours.client.action('drop')).toMatchObject({ identities: [expect.any(String)] });
  expect(ours.client.closed).toBeUndefined();
  await eventually(() => refusalOf(channel, token), (code) => code === 'lease-ended');
  // The ticket and pass of before open no other socket.
  const again = await SignalClient.open(theirs.answer.announcePath);
  again.send(theirs.announce);
  expect(await again.action('kicked')).toMatchObject({ code: 'lease-ended' });
});

test('a lease ends on time for who watches then', async () => {
  const { channel } = await goOnAir();
  const tenant = await makeTenant();
  const lease = await makeLease(channel, tenant);
  const token = await tokenFor(channel, tenant);
  await eventually(() => refusalOf(channel, token), (code) => code === 'ok');
  const { client } = await watch(channel, 2000, token);
  await api('PATCH', `/leases/${lease.id}`, { until: new Date(Date.now() + 500).toISOString() });
  expect(await client.action('kicked')).toMatchObject({ code: 'lease-ended' });
});

test('the viewers above the quota are refused at their seat, before any count is told', async () => {
  const { channel, broadcast } = await goOnAir();
  const tenant = await makeTenant();
  const lease = await makeLease(channel, tenant, { viewerQuota: 2 });
  const token = await tokenFor(channel, tenant);
  await eventually(() => refusalOf(channel, token), (code) => code === 'ok');
  await watch(channel, 2000, token);
  await watch(channel, 2000, token);
  await expect(watch(channel, 2000, token)).rejects.toThrow('quota-reached');
  await watch(channel);
  // The shard tells its count in a roll-up; from then on the join itself says so.
  await channelOf(bindings, channel).rolledUp(broadcast.id, {
    ...{ shard: '0', viewers: 3, stock: 0, uploadKbps: 0, joined: 3, left: 0, sums: emptySums() },
    ...{
      candidates: [],
      seeds: [],
      needy: [],
      regions: {},
      leases: { [lease.id]: { viewers: 2, joined: 2 } },
    },
  });
  await eventually(() => refusalOf(channel, token), (code) => code === 'quota-reached');
  expect(await (await api('GET', `/leases/${lease.id}/use`)).json()).toMatchObject({
    days: [{ visits: 2, peakViewers: 2 }],
  });
});

test("a site of the lease makes a viewer the tenant's without a token", async () => {
  const { channel } = await goOnAir();
  await makeLease(channel, await makeTenant(), { sites: ['www.acme.example'], bandwidthGB: 1 });
  const verdict = async (origin: string, framedBy?: string) => {
    const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
    const init = { method: 'POST', headers: { origin }, body: JSON.stringify({ peerKey, framedBy }) };
    const answer = await (await ask(`/join/${channel}`, init)).json<{ pass?: string }>();
    return atob((answer.pass ?? '').split('.')[0]!.replaceAll('-', '+').replaceAll('_', '/'));
  };
  await eventually(() => verdict('https://www.acme.example'), (pass) => pass.includes('"lease"'));
  expect(await verdict('https://elsewhere.example')).not.toContain('"lease"');
  const own = 'https://edge.example';
  expect(await verdict(own, 'https://www.acme.example'), 'in an iframe').toContain('"lease"');
  expect(await verdict(own, 'https://elsewhere.example')).not.toContain('"lease"');
  expect(await verdict(own)).not.toContain('"lease"');
});

test('a lease with sites shows the channel there, in an iframe too, and nowhere else', async () => {
  const { channel } = await goOnAir();
  const tenant = await makeTenant();
  await makeLease(channel, tenant, { sites: ['www.acme.example'] });
  const token = await tokenFor(channel, tenant);
  const from = (origin: string, framedBy?: string) => refusalOf(channel, token, { origin }, framedBy);
  await eventually(() => from('https://www.acme.example'), (code) => code === 'ok');
  expect(await from('https://edge.example', 'https://www.acme.example')).toBe('ok');
  for (const around of ['https://elsewhere.example', 'https://edge.example', 'null', undefined]) {
    expect(await from('https://edge.example', around), around).toBe('site-not-allowed');
  }
});

test('the leases of a channel that is deleted are over: one made later under its name has none of them', async () => {
  const { channel } = await goOnAir();
  const tenant = await makeTenant();
  const over = await makeLease(channel, await makeTenant());
  await api('POST', `/leases/${over.id}/revoke`);
  const { revokedAt } = await leaseNow(over.id);
  const shared = await makeLease(channel, tenant);
  const later = await makeLease(channel, await makeTenant(), {
    kind: 'channel',
    from: new Date(Date.now() + 2 * HOUR).toISOString(),
    until: new Date(Date.now() + 3 * HOUR).toISOString(),
  });
  expect((await api('DELETE', `/channels/${channel}`)).status).toBe(204);
  expect((await leaseNow(shared.id)).state).toBe('revoked');
  expect((await leaseNow(later.id)).state).toBe('revoked');
  expect((await leaseNow(over.id)).revokedAt).toBe(revokedAt);
  expect((await api('DELETE', `/tenants/${tenant}`)).status).toBe(204);
  await makeChannel(channel);
  expect((await channelOf(bindings, channel).card())?.leases).toEqual([]);
});

test('a channel that is deleted and made again counts the viewers of its new leases', async () => {
  const { channel } = await goOnAir();
  const tenant = await makeTenant();
  await makeLease(channel, tenant);
  expect((await api('DELETE', `/channels/${channel}`)).status).toBe(204);
  const key = await makeChannel(channel);
  const lease = await makeLease(channel, await makeTenant());
  const control = await openControl(`o-${channel}`);
  const granted = await control.publish(channel, key);
  if (granted.type !== 'granted') throw new Error(JSON.stringify(granted));
  control.send({ type: 'live', channel, broadcast: broadcastOf(granted.broadcastId) });
  await eventually(() => channelNow(channel), ({ state }) => state === 'live');
  await channelOf(bindings, channel).rolledUp(granted.broadcastId, {
    ...{ shard: '0', viewers: 1, stock: 0, uploadKbps: 0, joined: 1, left: 0, sums: emptySums() },
    ...{
      candidates: [],
      seeds: [],
      needy: [],
      regions: {},
      leases: { [lease.id]: { viewers: 1, joined: 1 } },
    },
  });
  expect(await (await api('GET', `/leases/${lease.id}/use`)).json()).toMatchObject({ days: [{ visits: 1 }] });
});
