import { expect, test } from 'vitest';
import type { Backup } from '../../protocol/backup.ts';
import { channelOf } from '../env.ts';
import { ask, bindings, channelNow, eventually, goOnAir, openControl } from '../testing/edge.ts';

async function api(method: string, path: string, body?: unknown): Promise<Response> {
  return await ask(`/api${path}`, {
    method,
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function made<T>(path: string, body: unknown): Promise<T> {
  const answer = await api('POST', path, body);
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json<T>();
}

test('what is backed up, deleted and restored works as before: keys, leases, webhooks, tokens', async () => {
  const { streamKey } = await made<{ streamKey: string }>('/channels', {
    name: 'precious',
    title: 'Übertragung',
    settings: { windowS: 60 },
  });
  await made('/tenants', { name: 'holder', title: 'Müller – "Söhne"' });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const { lease } = await made<{ lease: { id: string } }>('/channels/precious/leases', {
    ...{ tenant: 'holder', from: new Date(0).toISOString(), until, viewerQuota: 7, priceNote: '9 €' },
  });
  const { webhook, secret } = await made<{ webhook: { id: string }; secret: string }>('/webhooks', {
    url: 'https://hooks.example.org/',
  });
  const { token } = await made<{ token: string }>('/tokens', { subject: 'someone', role: 'reports' });

  const url = 'https://other.example/watch/theirs';
  await api('PUT', '/channels/precious/source', { url, token: 'token-of-theirs' });
  await api('PATCH', '/settings', { egressCapKbps: 12_345 });

  const text = await (await api('GET', '/backup')).text();
  for (
    const plain of [streamKey, 'token-of-theirs', secret, secret.slice(6), token, 'edge-secret-of-the-tests']
  ) {
    expect(text).not.toContain(plain);
  }
  await api('DELETE', '/channels/precious');
  await api('PATCH', '/settings', { egressCapKbps: null });
  await api('POST', `/leases/${lease.id}/revoke`);
  await api('DELETE', '/tenants/holder');
  await api('DELETE', `/webhooks/${webhook.id}`);
  await api('POST', '/keys/rotate', { overlapS: 0 });

  const restored = await api('POST', '/restore', JSON.parse(text));
  expect(await restored.json()).toMatchObject({
    restored: { channels: 1, tenants: 1, leases: 1, webhooks: 1 },
  });
  const { channel } = await (await api('GET', '/channels/precious')).json<{ channel: unknown }>();
  expect(channel).toMatchObject({ title: 'Übertragung', settings: { windowS: 60 } });
  const control = await openControl('origin-after-restore');
  expect(await control.publish('precious', streamKey)).toMatchObject({ type: 'granted' });
  expect((await channelOf(bindings, 'precious').card())?.leases).toMatchObject([
    { id: lease.id, tenant: 'holder', viewerQuota: 7 },
  ]);
  expect(await bindings.HOOKS.getByName('hooks').get(webhook.id)).toMatchObject({ id: webhook.id });
  expect(await (await api('GET', '/channels/precious/source')).json()).toMatchObject({
    source: { url, hasToken: true },
  });
  expect(await (await api('GET', '/settings')).text()).toContain('12345');
  await api('PATCH', '/settings', { egressCapKbps: null });
  expect((await ask('/api/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);

  const again = JSON.parse(await (await api('GET', '/backup')).text()) as Backup;
  const bare = { createdAt: '', box: undefined };
  expect({ ...again, ...bare }).toEqual({ ...JSON.parse(text), ...bare });
});

test('a backup with leases that were over then stops no channel of today', async () => {
  const { channel } = await goOnAir();
  await made('/tenants', { name: 'former' });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const { lease } = await made<{ lease: { id: string } }>(`/channels/${channel}/leases`, {
    ...{ tenant: 'former', kind: 'channel', from: new Date(0).toISOString(), until },
  });
  await api('POST', `/leases/${lease.id}/revoke`);
  await eventually(() => channelNow(channel), ({ state }) => state === 'stopped');
  await api('POST', `/channels/${channel}/start`);
  const document = await (await api('GET', '/backup')).json<Backup>();
  expect((await api('POST', '/restore', document)).status).toBe(200);
  expect((await channelNow(channel)).state).toBe('idle');
  await api('DELETE', `/leases/${lease.id}`);
  expect((await api('POST', '/restore', document)).status).toBe(200);
  expect((await channelNow(channel)).state).toBe('idle');
});

test('a document that is damaged or of another version is refused with its field, and nothing is changed', async () => {
  const document = await (await api('GET', '/backup')).json<Backup>();
  const channel = { name: 'new', title: '', settings: {}, createdAt: document.createdAt, keys: [] };
  const cases: [unknown, string][] = [
    [{ ...document, version: 2, channels: [channel] }, 'version'],
    [{ ...document, channels: [channel, { ...channel, name: 'Bad Name' }] }, 'channels.1.name'],
    [{ ...document, channels: [channel], leases: 'none' }, 'leases'],
  ];
  for (const [bad, field] of cases) {
    const refused = await api('POST', '/restore', bad);
    expect(await refused.json()).toMatchObject({ error: { field } });
    expect(refused.status).toBe(400);
  }
  expect((await api('GET', '/channels/new')).status).toBe(404);
});
