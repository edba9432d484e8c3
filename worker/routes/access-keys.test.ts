import { expect, test } from 'vitest';
import type {
  IssuedToken,
  SigningKeyResource,
  StreamKeyResource,
  TokenReport,
} from '../../protocol/access.ts';
import { adminToken, api } from '../testing/access-client.ts';
import { ask, channelNow, eventually, goOnAir, makeChannel, openControl } from '../testing/edge.ts';

test('an admin token has its role and no more', async () => {
  const name = `c-${crypto.randomUUID()}`;
  await makeChannel(name);
  const reports = await adminToken('reports');
  const operator = await adminToken('operator');
  expect(await (await api('GET', '/api/me', undefined, operator)).json()).toEqual({
    subject: 'a operator',
    role: 'operator',
  });
  expect((await api('GET', `/api/channels/${name}`, undefined, reports)).status).toBe(200);
  const edit = [`/api/channels/${name}`, { title: 'new' }] as const;
  const refused = await api('PATCH', ...edit, reports);
  expect([refused.status, (await refused.json<{ error: { code: string } }>()).error.code])
    .toEqual([403, 'role-too-low']);
  expect((await api('PATCH', ...edit, operator)).status).toBe(200);
  expect((await api('POST', '/api/tokens', { subject: 'x', role: 'owner' }, operator)).status).toBe(403);
  expect((await api('POST', '/api/keys/rotate', {}, operator)).status).toBe(403);
});

test('a token of a tenant opens nothing that does not expect tenants', async () => {
  const tenant = await adminToken('operator', { tenant: 'acme' });
  expect(await (await api('GET', '/api/me', undefined, tenant)).json()).toMatchObject({ tenant: 'acme' });
  for (const path of ['/api/keys', '/api/issuers', '/api/tenants', '/api/webhooks']) {
    expect((await api('GET', path, undefined, tenant)).status, path).toBe(403);
  }
});

test('tokens of the old key stay good after a rotation and end with the key', async () => {
  const old = await adminToken('owner');
  const keys = await (await api('POST', '/api/keys/rotate', { overlapS: 600 })).json<
    { items: SigningKeyResource[] }
  >();
  expect(keys.items[0]).not.toHaveProperty('retiresAt');
  expect(keys.items[1]).toHaveProperty('retiresAt');
  expect((await api('GET', '/api/me', undefined, old)).status).toBe(200);
  const fresh = await adminToken('owner');
  const published = await (await ask('/.well-known/jwks.json')).json<{ keys: Record<string, string>[] }>();
  expect(published.keys.map(({ kid }) => kid)).toEqual(keys.items.map(({ id }) => id));
  for (const key of published.keys) expect(key).not.toHaveProperty('d');
  expect((await api('DELETE', `/api/keys/${keys.items[1]!.id}`)).status).toBe(204);
  expect((await api('GET', '/api/me', undefined, old)).status).toBe(401);
  expect((await api('GET', '/api/me', undefined, fresh)).status).toBe(200);
});

test('a rotation without overlap ends all tokens at once', async () => {
  const old = await adminToken('owner');
  await api('POST', '/api/keys/rotate', { overlapS: 0 });
  expect((await api('GET', '/api/me', undefined, old)).status).toBe(401);
});

test('a token can be looked at: what it says, and whether it is believed', async () => {
  const name = `c-${crypto.randomUUID()}`;
  await makeChannel(name);
  const asked = { viewer: 'bob', devices: 2, sites: ['example.com'], ttlS: 60 };
  const { token } = await (await api('POST', `/api/channels/${name}/tokens`, asked)).json<IssuedToken>();
  const look = async (body: object) =>
    await (await api('POST', '/api/tokens/check', body)).json<TokenReport>();
  const report = await look({ token });
  expect(report).toMatchObject({ valid: true, claims: { channel: name, sub: 'bob', devices: 2 } });
  expect(report.header).toMatchObject({ alg: 'EdDSA' });
  expect(await look({ token, channel: 'other' })).toMatchObject({
    valid: false,
    code: 'token-not-for-channel',
  });
  expect(await look({ token: `${token.slice(0, -8)}AAAAAAAA` })).toMatchObject({
    valid: false,
    code: 'token-invalid',
  });
});

test('a playback token with a device limit and no viewer is refused with the field', async () => {
  const name = `c-${crypto.randomUUID()}`;
  await makeChannel(name);
  const refused = await api('POST', `/api/channels/${name}/tokens`, { devices: 2 });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { field: 'devices' } });
});

test('a channel has several stream keys, each shown once', async () => {
  const name = `c-${crypto.randomUUID()}`;
  const first = await makeChannel(name);
  const made = await (await api('POST', `/api/channels/${name}/stream-keys`, { label: 'van' })).json<
    { key: StreamKeyResource; streamKey: string }
  >();
  const listed = await api('GET', `/api/channels/${name}/stream-keys`);
  const text = await listed.text();
  expect(text).not.toContain(made.streamKey);
  expect(text).not.toContain(first);
  expect(JSON.parse(text).items).toMatchObject([{ label: '' }, { label: 'van', disabled: false }]);
  const control = await openControl(`o-${name}`);
  expect((await control.publish(name, made.streamKey)).type).toBe('granted');
  control.close();
});

test('a key that is disabled drops its encoder and publishes no more, the others do', async () => {
  const { channel, key, control } = await goOnAir();
  const path = `/api/channels/${channel}/stream-keys`;
  const { items: [used] } = await (await api('GET', path)).json<{ items: StreamKeyResource[] }>();
  const other = await (await api('POST', path, { label: 'spare' })).json<{ streamKey: string }>();
  expect((await api('PATCH', `${path}/${used!.id}`, { disabled: true })).status).toBe(200);
  expect(await control.take('drop')).toMatchObject({ reason: 'the stream key was disabled' });
  await eventually(() => channelNow(channel), ({ state }) => state === 'idle');
  expect(await control.publish(channel, key)).toMatchObject({ type: 'refused', code: 'wrong-key' });
  expect((await control.publish(channel, other.streamKey)).type).toBe('granted');
});

test('a key that nobody publishes with is reset and deleted without a stir', async () => {
  const { channel, control } = await goOnAir();
  const path = `/api/channels/${channel}/stream-keys`;
  const spare = await (await api('POST', path)).json<{ key: StreamKeyResource; streamKey: string }>();
  const reset = await (await api('POST', `${path}/${spare.key.id}/reset`)).json<{ streamKey: string }>();
  expect(reset.streamKey).not.toBe(spare.streamKey);
  expect((await api('DELETE', `${path}/${spare.key.id}`)).status).toBe(204);
  expect((await api('DELETE', `${path}/${spare.key.id}`)).status).toBe(404);
  expect(await control.publish(channel, reset.streamKey)).toMatchObject({ code: 'wrong-key' });
  expect((await channelNow(channel)).state).toBe('live');
  expect(control.got.some(({ type }) => type === 'drop')).toBe(false);
});
