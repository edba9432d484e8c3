import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeadDelivery, HookPayload, HookResource } from '../../protocol/webhook.ts';
import { HookBook, RETRY_AFTER_MS } from '../store/hook-book.ts';
import { ask, bindings, eventually, goOnAir } from '../testing/edge.ts';
import { apiAsk } from '../testing/figures.ts';

const URL_OF_TESTS = 'https://hooks.example.org/shoal';
const hooks = () => bindings.HOOKS.getByName('hooks');

interface Call {
  url: string;
  headers: Record<string, string>;
  body: string;
  redirect: RequestInit['redirect'];
}

/** What receivers were sent, and how they answer. */
let calls: Call[] = [];
let answer: (call: Call) => Response | Promise<Response>;

beforeEach(() => {
  calls = [];
  answer = () => new Response(null, { status: 204 });
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const call = { url, headers, body: String(init.body), redirect: init.redirect };
    calls.push(call);
    return await answer(call);
  });
});

afterEach(async () => {
  vi.unstubAllGlobals();
  const { items } = await (await api('GET', '')).json<{ items: HookResource[] }>();
  for (const { id } of items) await api('DELETE', `/${id}`);
});

async function api(method: string, path: string, body?: unknown): Promise<Response> {
  return await ask(`/api/webhooks${path}`, {
    method,
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function makeHook(edit: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
  const made = await api('POST', '', { url: URL_OF_TESTS, ...edit });
  if (made.status !== 201) throw new Error(await made.text());
  const { webhook, secret } = await made.json<{ webhook: HookResource; secret: string }>();
  return { id: webhook.id, secret };
}

async function hookNow(id: string): Promise<HookResource> {
  return (await (await api('GET', `/${id}`)).json<{ webhook: HookResource }>()).webhook;
}

async function deadOf(id: string): Promise<DeadDelivery[]> {
  return (await (await api('GET', `/${id}/dead`)).json<{ items: DeadDelivery[] }>()).items;
}

function typesFor(channel: string): string[] {
  return calls.map(({ body }) => JSON.parse(body) as HookPayload)
    .filter(({ data }) => data.channel === channel).map(({ type }) => type);
}

test('the secret is shown once, and is nowhere else', async () => {
  const { id, secret } = await makeHook();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  expect(await (await api('GET', '')).text()).not.toContain(secret.slice(6));
  const { secret: next } = await (await api('POST', `/${id}/secret`)).json<{ secret: string }>();
  expect(next).not.toBe(secret);
  expect(JSON.stringify(await hooks().backup())).not.toContain(next.slice(6));
});

test("the test button delivers at once, signed so that the specification's own library agrees", async () => {
  const { id, secret } = await makeHook();
  const answered = await (await api('POST', `/${id}/test`)).json();
  expect(answered).toEqual({ test: { delivered: true, result: '204' } });
  const [call] = calls;
  expect(call).toMatchObject({ url: URL_OF_TESTS, redirect: 'manual' });
  expect(new Webhook(secret).verify(call!.body, call!.headers)).toMatchObject({ type: 'webhook.test' });
  expect(() => new Webhook(secret).verify(`${call!.body} `, call!.headers)).toThrow();
});

test('the library signs as the specification shows', () => {
  const example = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const signed = example.sign(
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    new Date(1_614_265_330_000),
    '{"test": 2432232314}',
  );
  expect(signed).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a channel that goes on air, is lost and ends is told to who wants to hear of it', async () => {
  await makeHook({ events: ['channel.live', 'channel.lost', 'channel.ended'] });
  const { channel, control, broadcast } = await goOnAir({ reconnectWindowS: 0 });
  control.send({ type: 'lost', channel, broadcastId: broadcast.id, polite: true, reason: 'bye' });
  await eventually(async () => typesFor(channel), (types) => types.length === 3);
  expect(typesFor(channel).toSorted()).toEqual(['channel.ended', 'channel.live', 'channel.lost']);
});

test('other channels, other events and hooks that are off are not told', async () => {
  await makeHook({ channels: ['another-channel'] });
  await makeHook({ events: ['lease.ended'] });
  await makeHook({ disabled: true });
  await hooks().happened({ type: 'channel.live', channel: 'this-one', data: {} });
  await runDurableObjectAlarm(hooks());
  expect(typesFor('this-one')).toEqual([]);
});

test('viewers are told at the mark of the hook', async () => {
  await makeHook({ viewerMark: 100 });
  await makeHook({ viewerMark: 500 });
  const directory = bindings.DIRECTORY.getByName('directory');
  await directory.setViewers('crowded', 99);
  await directory.setViewers('crowded', 101);
  await eventually(async () => typesFor('crowded'), (types) => types.length > 0);
  await runDurableObjectAlarm(hooks());
  expect(typesFor('crowded')).toEqual(['channel.viewers']);
  expect(JSON.parse(calls.at(-1)!.body).data).toEqual({
    channel: 'crowded',
    viewers: 101,
    mark: 100,
    crossed: 'up',
  });
  await directory.setViewers('crowded', 0);
});

test('a delivery that fails waits for its next attempt, though the object is evicted', async () => {
  const { id } = await makeHook();
  answer = () => new Response('no', { status: 500 });
  await hooks().happened({ type: 'channel.live', channel: 'flaky', data: { reason: 'r' } });
  await eventually(() => hookNow(id), ({ lastResult }) => lastResult === '500');
  await evictDurableObject(hooks());
  expect(await hookNow(id)).toMatchObject({ waiting: 1, dead: 0 });
  expect(await runInDurableObject(hooks(), (_, state) => state.storage.getAlarm())).toBeGreaterThan(
    Date.now(),
  );
});

test('a delivery that failed is made again by the alarm, with the same id, and is then done with', async () => {
  const { id, secret } = await makeHook();
  answer = () => new Response('no', { status: 500 });
  await hooks().happened({ type: 'channel.live', channel: 'again', data: { reason: 'r' } });
  await eventually(() => hookNow(id), ({ lastResult }) => lastResult === '500');
  // Its pause passes.
  await runInDurableObject(hooks(), (_, { storage }) => {
    expect(storage.sql.exec('UPDATE deliveries SET next_ms = 0').rowsWritten).toBeGreaterThan(0);
  });
  answer = () => new Response();
  await runDurableObjectAlarm(hooks());
  expect(await hookNow(id)).toMatchObject({ waiting: 0, dead: 0, lastResult: '200' });
  const ids = calls.map(({ headers }) => headers['webhook-id']);
  expect(ids.length).toBeGreaterThan(1);
  expect(new Set(ids).size).toBe(1);
  for (const { body, headers } of calls) new Webhook(secret).verify(body, headers);
});

test('trouble of the encoder is told once for each new advice', async () => {
  await makeHook({ events: ['ingest.trouble'] });
  const { channel, control } = await goOnAir();
  const advice = ['set the keyframe interval to 2 s'];
  const status = { bitrateKbps: 500, fps: 25, keyframeIntervalS: 8, droppedPieces: 0, advice };
  control.send({ type: 'ingest', channel, status });
  control.send({ type: 'ingest', channel, status });
  control.send({ type: 'ingest', channel, status: { ...status, advice: [...advice, 'lower the bitrate'] } });
  await eventually(async () => typesFor(channel), (types) => types.length === 2);
  expect(typesFor(channel)).toEqual(['ingest.trouble', 'ingest.trouble']);
  expect(calls.map(({ body }) => JSON.parse(body).data.advice)).toContainEqual(advice);
});

test('the end of a lease is told, with whose it was and why it ended', async () => {
  await makeHook({ events: ['lease.ended'] });
  const { channel } = await goOnAir();
  await apiAsk('POST', 'tenants', { name: 'tenant-of-hooks' });
  const [from, until] = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString());
  const lease = { channel, tenant: 'tenant-of-hooks', kind: 'share', from, until };
  const made = await (await apiAsk('POST', 'leases', lease)).json<{ lease: { id: string } }>();
  await apiAsk('POST', `leases/${made.lease.id}/revoke`);
  await eventually(async () => typesFor(channel), (types) => types.length === 1);
  expect(JSON.parse(calls.at(-1)!.body)).toMatchObject({
    type: 'lease.ended',
    data: { channel, lease: made.lease.id, tenant: 'tenant-of-hooks', why: 'revoked' },
  });
});

test('what was given up is listed, sent once more on demand, and forgotten on demand', async () => {
  const { id } = await makeHook();
  const stub = hooks();
  await runInDurableObject(stub, (_, state) => {
    const book = new HookBook(state.storage.sql);
    book.queue({ type: 'channel.lost', channel: 'gone', data: {} }, 0, () => `d-${id}`);
    for (let i = 0; i <= RETRY_AFTER_MS.length; i++) {
      const [due] = book.due(Number.MAX_SAFE_INTEGER, 1, 1);
      book.failed(due!, 'cannot be reached', 0, 0);
    }
  });
  expect(await hookNow(id)).toMatchObject({ waiting: 0, dead: 1, lastResult: 'cannot be reached' });
  const [dead] = await deadOf(id);
  expect(dead).toMatchObject({ type: 'channel.lost', attempts: 8, lastResult: 'cannot be reached' });
  expect((await api('POST', `/${id}/dead/nonsense/retry`)).status).toBe(404);
  expect((await api('POST', `/${id}/dead/${dead!.id}/retry`)).status).toBe(202);
  await eventually(() => hookNow(id), ({ lastResult }) => lastResult === '204');
  expect(calls.at(-1)!.headers['webhook-id']).toBe(`msg_${dead!.id}`);
  expect((await api('DELETE', `/${id}/dead`)).status).toBe(204);
});

test('one receiver that is away does not keep another from hearing', async () => {
  await makeHook({ url: 'https://away.example.org/', events: ['channel.live'] });
  await makeHook({ events: ['channel.live'] });
  answer = ({ url }) => url.includes('away') ? Promise.reject(new Error('down')) : new Response();
  for (let i = 0; i < 8; i++) await hooks().happened({ type: 'channel.live', channel: 'both', data: {} });
  const reached = () => calls.filter(({ url }) => url === URL_OF_TESTS).length;
  await eventually(async () => (await runDurableObjectAlarm(hooks()), reached()), (count) => count === 8);
});

test('a redirect is not followed and counts as failed', async () => {
  const { id } = await makeHook();
  answer = () => new Response(null, { status: 307, headers: { location: 'http://127.0.0.1/' } });
  expect(await (await api('POST', `/${id}/test`)).json()).toEqual({
    test: { delivered: false, result: '307' },
  });
  expect(calls).toHaveLength(1);
});

test('an address inside is refused with its field, at create and at edit', async () => {
  const { id } = await makeHook();
  for (const url of ['http://hooks.example.org/', 'https://127.0.0.1/', 'https://localhost/', 'x']) {
    for (const refused of [await api('POST', '', { url }), await api('PATCH', `/${id}`, { url })]) {
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({ error: { field: 'url' } });
    }
  }
});
