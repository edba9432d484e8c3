import { runDurableObjectAlarm } from 'cloudflare:test';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import type { BanResource } from '../../protocol/access.ts';
import { app } from '../app.ts';
import { swarmOf } from '../env.ts';
import { api, playbackToken, tryJoin } from '../testing/access-client.ts';
import { ask, bindings, eventually, fetchMedia, goOnAir, makeChannel } from '../testing/edge.ts';
import { SignalClient, watch } from '../testing/signal-client.ts';

/** How a page of the edge itself asks. */
const OWN_PAGE = { origin: 'https://edge.example' };

/** A channel on air that wants tokens, once its card says so. */
async function protectedChannel(settings: object = {}): Promise<string> {
  const { channel } = await goOnAir({ access: 'token', ...settings });
  const token = await playbackToken(channel);
  await eventually(() => tryJoin(channel, token, OWN_PAGE), ({ code }) => code === 'live');
  return channel;
}

test('a protected channel lets in who has a token, and tells everybody else why not', async () => {
  const channel = await protectedChannel();
  const nowS = Math.floor(Date.now() / 1000);
  expect((await tryJoin(channel, await playbackToken(channel, { viewer: 'bob' }))).code).toBe('live');
  expect(await tryJoin(channel)).toMatchObject({ status: 401, code: 'token-missing' });
  expect(await tryJoin(channel, '')).toMatchObject({ code: 'token-missing' });
  expect(await tryJoin(channel, 'nonsense')).toMatchObject({ status: 401, code: 'token-invalid' });
  const later = await playbackToken(channel, { notBeforeS: nowS + 600 });
  expect(await tryJoin(channel, later)).toMatchObject({ code: 'token-not-yet' });
  const other = await goOnAir();
  expect(await tryJoin(channel, await playbackToken(other.channel)))
    .toMatchObject({ status: 403, code: 'token-not-for-channel' });
});

test('a token that nobody we trust signed is of no use', async () => {
  const channel = await protectedChannel();
  const exp = Math.floor(Date.now() / 1000) + 600;
  const secret = new TextEncoder().encode(bindings.SHOAL_EDGE_SECRET);
  const hmac = await new SignJWT({ channel, exp, iss: 'shoal', aud: 'shoal-playback' })
    .setProtectedHeader({ alg: 'HS256', kid: 'x' }).sign(secret);
  const none = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ channel, exp, iss: 'shoal' }))}.`;
  const [head, , mac] = (await playbackToken(channel)).split('.');
  const changed = `${head}.${
    btoa(JSON.stringify({ channel, exp: 9e9, iss: 'shoal', aud: 'shoal-playback' }))
  }.${mac}`;
  for (const token of [hmac, none, changed]) {
    expect(await tryJoin(channel, token)).toMatchObject({ status: 401, code: 'token-invalid' });
  }
});

test('sites hold for pages of other hosts, by the header that their browser sends', async () => {
  const channel = await protectedChannel({ sites: ['good.example', '*.good.example'] });
  const from = async (origin: string, token: string) => await tryJoin(channel, token, { origin });
  const open = await playbackToken(channel);
  expect(await from('https://tv.good.example', open)).toMatchObject({ code: 'live' });
  expect(await from('https://edge.example', open)).toMatchObject({ code: 'live' });
  expect(await from('https://bad.example', open)).toMatchObject({ status: 403, code: 'site-not-allowed' });
  const allowed = await from('https://tv.good.example', open);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://tv.good.example');
  const narrow = await playbackToken(channel, { sites: ['tv.good.example'] });
  expect(await from('https://tv.good.example', narrow)).toMatchObject({ code: 'live' });
  expect(await from('https://good.example', narrow)).toMatchObject({ code: 'site-not-allowed' });
});

test('in a frame of the edge, sites hold for the page around it', async () => {
  const channel = await protectedChannel();
  const token = await playbackToken(channel, { sites: ['tv.good.example'] });
  const framed = async (around?: string) =>
    (await tryJoin(channel, token, OWN_PAGE, around === undefined ? {} : { framedBy: around })).code;
  expect(await framed()).toBe('live');
  expect(await framed('https://tv.good.example')).toBe('live');
  expect(await framed('https://edge.example')).toBe('live');
  for (const foreign of ['https://bad.example', 'https://good.example', 'null']) {
    expect(await framed(foreign), foreign).toBe('site-not-allowed');
  }
  const elsewhere = { origin: 'https://bad.example' };
  expect((await tryJoin(channel, token, elsewhere, { framedBy: 'https://tv.good.example' })).code)
    .toBe('site-not-allowed');
});

test('so do the sites of the channel itself', async () => {
  const channel = await protectedChannel({ access: 'public', sites: ['good.example'] });
  const framed = async (framedBy: string) => (await tryJoin(channel, undefined, OWN_PAGE, { framedBy })).code;
  expect(await framed('https://good.example')).toBe('live');
  expect(await framed('https://bad.example')).toBe('site-not-allowed');
});

test('as many devices as the token says watch at a time; who leaves makes room', async () => {
  const channel = await protectedChannel();
  const token = await playbackToken(channel, { viewer: `bob ${channel}`, devices: 1 });
  const first = await watch(channel, 2000, token);
  expect(await tryJoin(channel, token)).toMatchObject({ status: 403, code: 'too-many-devices' });
  first.client.send({
    ...first.announce,
    event: 'stopped',
    ticket: undefined,
    proof: undefined,
    pass: undefined,
  });
  await eventually(() => tryJoin(channel, token), ({ code }) => code === 'live');
});

test('joins without a token are limited by address, and no header of the client changes that', async () => {
  const channel = `c-${crypto.randomUUID()}`;
  await makeChannel(channel);
  const env = { ...bindings, SHOAL_TRUSTED_PROXY: 'secret of the proxy' };
  const body = JSON.stringify({ peerKey: 'A'.repeat(43) });
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const join = async (headers: Record<string, string>) =>
    (await app.request(`/join/${channel}`, { method: 'POST', headers, body }, env, context)).status;
  const from = (address: string) =>
    join({ 'shoal-proxy': 'secret of the proxy', 'shoal-client-address': address });
  let refused = 0;
  for (let i = 0; i < 400 && refused === 0; i++) refused = await from('192.0.2.7') === 429 ? i : 0;
  expect(refused).toBeGreaterThanOrEqual(300);
  expect(await from('192.0.2.8')).toBe(200);
  // Past the proxy, with an address of one's own making for each join: all of these are one crowd.
  const forged = (n: number) =>
    join({
      'shoal-client-address': `10.0.0.${n}`,
      'cf-connecting-ip': `10.0.0.${n}`,
      'x-forwarded-for': `10.0.0.${n}`,
    });
  const statuses: number[] = [];
  for (let i = 0; i < 400 && !statuses.includes(429); i++) statuses.push(await forged(i % 250));
  expect(statuses).toContain(429);
});

test('a pass is of use to the peer that joined, and to no other', async () => {
  const channel = await protectedChannel();
  const bob = await watch(channel, 2000, await playbackToken(channel, { viewer: 'bob' }));
  const eve = await watch(channel, 2000, await playbackToken(channel, { viewer: 'eve' }));
  const client = await SignalClient.open(eve.answer.announcePath);
  client.send({ ...eve.announce, pass: bob.answer.pass });
  expect(await client.failure()).toContain('pass');
});

test('when the token expires the socket is closed and the viewer is told', async () => {
  const channel = await protectedChannel();
  const token = await playbackToken(channel, { ttlS: 3 });
  const { client, answer } = await watch(channel, 2000, token);
  expect(answer.grant.expiresS).toBeLessThanOrEqual(Date.now() / 1000 + 3);
  // The object's alarm stands at the end of the token; the test does not wait for it to ring by itself.
  const shard = swarmOf(bindings, answer.broadcast.infoHash, '0');
  await eventually(async () => {
    await runDurableObjectAlarm(shard);
    return client.closed;
  }, (closed) => closed !== undefined);
  expect(await client.action('kicked')).toMatchObject({ code: 'token-expired' });
  expect(client.closed?.code).toBe(4003);
  expect(await tryJoin(channel, token)).toMatchObject({ code: 'token-expired' });
});

test('a fresh token keeps its viewer watching: the new pass goes to the shard', async () => {
  const channel = await protectedChannel();
  const claims = { viewer: 'bob', ttlS: 5 };
  const { client, peerKey } = await watch(channel, 2000, await playbackToken(channel, claims));
  const later = await watch(channel, 2000, await playbackToken(channel, { ...claims, ttlS: 600 }));
  // Of another peer, though of the same viewer: refused. The same peer's own is taken.
  client.send({ action: 'renew', pass: later.answer.pass });
  expect(await client.failure()).toContain('pass');
  const fresh = await playbackToken(channel, { ...claims, ttlS: 600 });
  const again = await ask(`/join/${channel}`, {
    method: 'POST',
    body: JSON.stringify({ peerKey, token: fresh }),
  });
  const { pass } = await again.json<{ pass: string }>();
  client.send({ action: 'renew', pass });
  const renewed = await client.action('renewed') as { grant: { expiresS: number } };
  expect(renewed.grant.expiresS).toBeGreaterThan(Date.now() / 1000 + 10);
});

test('when an open channel begins to want tokens, who has none is sent away at once', async () => {
  const { channel } = await goOnAir();
  const nobody = await watch(channel);
  const bob = await watch(channel, 2000, await playbackToken(channel, { viewer: 'bob' }));
  await api('PATCH', `/api/channels/${channel}`, { settings: { access: 'token' } });
  expect(await nobody.client.action('kicked')).toMatchObject({ code: 'token-missing' });
  const again = await SignalClient.open(nobody.answer.announcePath);
  again.send(nobody.announce);
  expect(await again.failure()).toContain('pass');
  bob.client.send({ action: 'renew' });
  await bob.client.action('renewed');
});

test('plain HLS of a protected channel is refused, unless the channel opens it by token', async () => {
  const closed = await protectedChannel();
  const token = await playbackToken(closed);
  const refused = await ask(`/hls/${closed}/index.m3u8?token=${token}`);
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: { code: 'hls-not-allowed' } });
  const open = await protectedChannel({ hlsByToken: true });
  expect((await ask(`/hls/${open}/index.m3u8`)).status).toBe(401);
  expect((await ask(`/hls/${open}/index.m3u8?token=${token}`)).status).toBe(403);
});

test('a kicked viewer is out: socket, seed stream, neighbours, join', async () => {
  const { channel } = await goOnAir();
  const [bad, good] = [await watch(channel), await watch(channel)];
  const seed = fetchMedia(bad.answer, `seed?peer=${encodeURIComponent(bad.answer.peerId)}`);
  const path = `/api/channels/${channel}/viewers/${bad.answer.peerId}`;
  expect((await api('POST', `${path}/kick`, { reason: 'enough' })).status).toBe(204);
  expect(await bad.client.action('kicked')).toMatchObject({ reason: 'enough', code: 'kicked' });
  expect(await bad.client.until(({ closed }) => closed)).toMatchObject({ code: 4003 });
  const { identities } = await good.client.action('drop') as { identities: string[] };
  expect(identities).toHaveLength(1);
  // Its seed stream, if it had one, has ended.
  await (await seed).arrayBuffer();
  const again = await SignalClient.open(bad.answer.announcePath);
  again.send(bad.announce);
  expect(await again.failure()).toContain('banned');
  expect((await api('POST', `${path}/kick`)).status).toBe(404);
  expect(await (await api('GET', `/api/channels/${channel}/bans`)).json()).toEqual({ items: [] });
});

test('a ban holds for every device of the viewer, until it is lifted', async () => {
  const channel = await protectedChannel();
  const token = await playbackToken(channel, { viewer: 'bob' });
  const phone = await watch(channel, 2000, token);
  const laptop = await watch(channel, 2000, token);
  const path = `/api/channels/${channel}`;
  const made = await api('POST', `${path}/viewers/${phone.answer.peerId}/ban`, { reason: 'spam' });
  expect(made.status).toBe(201);
  const { ban } = await made.json<{ ban: BanResource }>();
  expect(ban).toMatchObject({ viewer: 'bob', reason: 'spam', by: 'admin token' });
  for (const { client } of [phone, laptop]) {
    expect(await client.action('kicked')).toMatchObject({ code: 'banned', reason: 'spam' });
  }
  await eventually(() => tryJoin(channel, token), ({ code }) => code === 'banned');
  expect(await (await api('GET', `${path}/bans`)).json()).toMatchObject({ items: [{ id: ban.id }] });
  expect((await api('DELETE', `${path}/bans/${ban.id}`)).status).toBe(204);
  await eventually(() => tryJoin(channel, token), ({ code }) => code === 'live');
  expect((await api('DELETE', `${path}/bans/${ban.id}`)).status).toBe(404);
});

test('a viewer who is not here can be banned by its id', async () => {
  const channel = await protectedChannel();
  const token = await playbackToken(channel, { viewer: 'eve' });
  expect((await api('POST', `/api/channels/${channel}/bans`, { viewer: 'eve' })).status).toBe(201);
  await eventually(() => tryJoin(channel, token), ({ code }) => code === 'banned');
  const other = await playbackToken(channel, { viewer: 'bob' });
  expect((await tryJoin(channel, other)).code).toBe('live');
});
