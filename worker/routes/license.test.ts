import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { fromBase64Url, fromHex, toBase64Url, toHex } from '../../protocol/bytes.ts';
import type { ApiError, ChannelSettings } from '../../protocol/channel.ts';
import type { ToOrigin } from '../../protocol/control.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import type { LicenseAnswer } from '../../protocol/license.ts';
import { grantDesk } from '../access/grant.ts';
import { keysOf } from '../env.ts';
import { playbackToken } from '../testing/access-client.ts';
import {
  admin,
  ask,
  bindings,
  channelNow,
  eventually,
  goOnAir,
  joinLive,
  makeChannel,
  openControl,
} from '../testing/edge.ts';

const PROTECTED: Partial<ChannelSettings> = { drm: 'cenc', keyPeriodS: 3600 };

async function licensed(
  viewer: LiveJoinAnswer,
  body: Record<string, unknown> = {},
  grant = viewer.grant.value,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await ask(`/license/${viewer.channel}?grant=${encodeURIComponent(grant)}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', ...headers },
    body: JSON.stringify(body),
  });
}

async function refusalOf(response: Response): Promise<[number, string]> {
  const { error } = await response.json<ApiError>();
  expect(error.message.length).toBeGreaterThan(10);
  return [response.status, error.code];
}

const hexOf = (kid: string) => toHex(fromBase64Url(kid)!);

async function publishProtected(settings = PROTECTED) {
  const channel = `k-${crypto.randomUUID().slice(0, 8)}`;
  const key = await makeChannel(channel, settings);
  const control = await openControl(`o-${channel}`);
  const granted = await control.publish(channel, key);
  if (granted.type !== 'granted') throw new Error(JSON.stringify(granted));
  return { channel, key, control, granted };
}

test('the origin of a protected channel gets the key in effect and the one to come, with the grant', async () => {
  const { granted } = await publishProtected();
  expect(granted.keys).toHaveLength(2);
  const [current, next] = granted.keys!;
  expect(current!.startsInMs).toBeLessThanOrEqual(0);
  expect(next!.startsInMs).toBeGreaterThan(3_590_000);
  expect(current!.key).not.toBe(next!.key);
  expect(fromBase64Url(current!.key)).toHaveLength(16);
});

test('a channel that is not protected has neither keys nor licenses', async () => {
  const { channel } = await goOnAir();
  const viewer = await joinLive(channel);
  expect(await refusalOf(await licensed(viewer))).toEqual([409, 'not-protected']);
  expect(await refusalOf(await admin('POST', `/${channel}/keys/rotate`))).toEqual([409, 'not-protected']);
});

test('who joined gets this key and the next, as EME ClearKey wants them, the same that the origin has', async () => {
  const { channel, control } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  const response = await licensed(viewer);
  expect(response.status).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const answer = await response.json<LicenseAnswer>();
  expect(answer.type).toBe('temporary');
  control.send({ type: 'keys', channel });
  const { keys } = await control.take('keys');
  expect(answer.keys.map(({ kid, k }) => [hexOf(kid), k])).toEqual(keys.map((one) => [one.keyId, one.key]));
  expect([answer.current, answer.next].map(hexOf)).toEqual(keys.map((one) => one.keyId));
  expect(answer.nextInMs).toBeGreaterThan(3_500_000);
  expect(answer.periodMs).toBe(3_600_000);
});

test('a CDM that names key ids gets these and no others', async () => {
  const { channel } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  const all = await (await licensed(viewer)).json<LicenseAnswer>();
  const one = await (await licensed(viewer, { kids: [all.next], type: 'temporary' })).json<LicenseAnswer>();
  expect(one.keys).toEqual([all.keys[1]]);
});

test('refuses without a right: a license wants the grant of a session', async () => {
  const { channel, broadcast } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  expect(await refusalOf(await licensed(viewer, {}, ''))).toEqual([401, 'grant-over']);
  const other = await joinLive((await goOnAir(PROTECTED)).channel);
  expect(await refusalOf(await licensed(viewer, {}, other.grant.value))).toEqual([401, 'grant-over']);
  const nowS = Date.now() / 1000;
  const old = await grantDesk(bindings.SHOAL_EDGE_SECRET).issue(
    channel,
    broadcast.id,
    viewer.peerId,
    nowS - 60,
  );
  expect(await refusalOf(await licensed(viewer, {}, old.value))).toEqual([401, 'grant-over']);
});

test('refuses without a right: a license of a channel with tokens wants one, of this channel', async () => {
  const { channel } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  await admin('PATCH', `/${channel}`, { settings: { access: 'token' } });
  await eventually(() => licensed(viewer), ({ status }) => status !== 200);
  expect(await refusalOf(await licensed(viewer))).toEqual([401, 'token-missing']);
  expect(await refusalOf(await licensed(viewer, { token: 'x.y.z' }))).toEqual([401, 'token-invalid']);
});

test('in a frame a license is held to the sites of the token as well, by the page around', async () => {
  const { channel } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  const token = await playbackToken(channel, { sites: ['tv.example'] });
  const framed = async (framedBy?: string) =>
    (await licensed(viewer, { token, framedBy }, undefined, { origin: 'https://edge.example' })).status;
  expect([await framed(), await framed('https://tv.example'), await framed('https://bad.example')])
    .toEqual([200, 200, 403]);
});

test('refuses without a right: nobody but an operator rotates keys or lists them', async () => {
  for (const [method, path] of [['GET', 'keys'], ['POST', 'keys/rotate']] as const) {
    expect((await ask(`/api/channels/any/${path}`, { method })).status).toBe(401);
  }
});

test('hostile bodies of license requests are refused, each with a reason', async () => {
  const { channel } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  expect(await refusalOf(await licensed(viewer, { kids: ['short'] }))).toEqual([400, 'bad-field']);
  expect(await refusalOf(await licensed(viewer, { kids: new Array(33).fill('A'.repeat(22)) }))).toEqual([
    400,
    'bad-field',
  ]);
  expect(await refusalOf(await licensed(viewer, { token: 'x'.repeat(5000) }))).toEqual([400, 'bad-field']);
  expect(await refusalOf(await licensed(viewer, { pad: 'x'.repeat(20_000) }))).toEqual([413, 'too-large']);
  const path = `/license/${channel}?grant=${viewer.grant.value}`;
  expect(await refusalOf(await ask(path, { method: 'POST', body: '{' }))).toEqual([400, 'bad-json']);
  expect(await refusalOf(await ask('/license/no-such', { method: 'POST' }))).toEqual([
    404,
    'unknown-channel',
  ]);
});

test('a rotation makes the next key the one in effect, tells the origin, and remembers the last one for a while', async () => {
  const { channel, control } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  const before = await (await licensed(viewer)).json<LicenseAnswer>();
  expect((await admin('POST', `/${channel}/keys/rotate`)).status).toBe(204);
  const pushed = await control.take('keys');
  expect(pushed.keys[0]!.keyId).toBe(hexOf(before.next));
  expect(pushed.keys[0]!.startsInMs).toBeLessThanOrEqual(0);
  const after = await eventually(
    async () => await (await licensed(viewer)).json<LicenseAnswer>(),
    ({ current }) => current === before.next,
  );
  expect(after.keys.map(({ kid }) => kid)).toEqual([before.current, before.next, after.next]);
  const listed = await (await admin('GET', `/${channel}/keys`)).json<{ items: { keyId: string }[] }>();
  expect(listed.items.map(({ keyId }) => keyId)).toEqual(
    [after.next, before.next, before.current].map(hexOf),
  );
  for (const { k } of after.keys) expect(JSON.stringify(listed)).not.toContain(k);
});

test('a rotation that revokes throws the next key away, which a banned viewer may hold', async () => {
  const { channel, control } = await goOnAir(PROTECTED);
  const viewer = await joinLive(channel);
  const before = await (await licensed(viewer)).json<LicenseAnswer>();
  await admin('POST', `/${channel}/keys/rotate`, { revoke: true });
  const { keys } = await control.take('keys');
  expect(keys.map(({ keyId }) => keyId)).not.toContain(hexOf(before.next));
  const next = keys.find(({ startsInMs }) => startsInMs > 0)!;
  expect(next.startsInMs).toBeLessThanOrEqual(20_000);
  // The card of the last second may still lead to what was.
  await eventually(
    async () => await (await licensed(viewer, { kids: [before.next] })).json<LicenseAnswer>(),
    ({ keys }) => keys.length === 0,
  );
});

test('keys of the past are given by their ids, for recordings, also while nothing is on air', async () => {
  const { channel, control } = await publishProtected();
  control.send({ type: 'keys', channel });
  const { keys } = await control.take('keys');
  await runInDurableObject(keysOf(bindings, channel), (_object, state) => {
    const long = 10 * 3_600_000;
    state.storage.sql.exec('UPDATE periods SET starts_at = starts_at - ?', long);
  });
  const answer = await eventually(
    async () =>
      await ask(`/license/${channel}`, {
        method: 'POST',
        body: JSON.stringify({ kids: [toBase64Url(fromHex(keys[0]!.keyId)!)] }),
      }),
    ({ status }) => status === 200,
  );
  expect((await answer.json<LicenseAnswer>()).keys.map(({ k }) => k)).toEqual([keys[0]!.key]);
  expect(await refusalOf(await ask(`/license/${channel}`, { method: 'POST', body: '{}' }))).toEqual([
    409,
    'off-air',
  ]);
});

test('keys lie in storage only sealed', async () => {
  const { channel, granted } = await publishProtected();
  const dump = await runInDurableObject(keysOf(bindings, channel), (_object, state) => {
    return JSON.stringify(state.storage.sql.exec('SELECT * FROM periods').toArray());
  });
  expect(dump).toContain(granted.keys![0]!.keyId);
  for (const { key } of granted.keys!) {
    const bytes = fromBase64Url(key)!;
    for (const form of [key, toHex(bytes), btoa(String.fromCharCode(...bytes)), bytes.join(',')]) {
      expect(dump).not.toContain(form);
    }
  }
});

test('keys outlive the object, and not the channel', async () => {
  const { channel, key, control, granted } = await publishProtected();
  const again = await control.publish(channel, key) as Extract<ToOrigin, { type: 'granted' }>;
  expect(again.keys!.map((one) => one.key)).toEqual(granted.keys!.map((one) => one.key));
  await admin('DELETE', `/${channel}`);
  await makeChannel(channel, PROTECTED);
  const listed = await (await admin('GET', `/${channel}/keys`)).json<{ items: { keyId: string }[] }>();
  expect(listed.items).toEqual([]);
});

test('two who find that a period is missing get the same one', async () => {
  const channel = `k-${crypto.randomUUID().slice(0, 8)}`;
  await makeChannel(channel, PROTECTED);
  const use = { channel, periodS: 3600, graceS: 45 };
  const [first, second] = await Promise.all([
    keysOf(bindings, channel).inUse(use),
    keysOf(bindings, channel).inUse(use),
  ]);
  expect(first).toEqual(second);
  expect(first).toHaveLength(2);
});

test('a broadcast that is not protected as its channel is, is ended', async () => {
  const { channel, control, granted } = await publishProtected();
  const { broadcastOf } = await import('../testing/frames.ts');
  control.send({ type: 'live', channel, broadcast: broadcastOf(granted.broadcastId) });
  expect((await control.take('drop')).reason).toMatch(/must be published with drm cenc/);
  expect((await control.take('ended')).broadcastId).toBe(granted.broadcastId);
  expect((await channelNow(channel)).state).toBe('idle');
});

test('turning protection on ends a broadcast in clear', async () => {
  const { channel, control } = await goOnAir();
  await admin('PATCH', `/${channel}`, { settings: { drm: 'cbcs' } });
  expect((await control.take('drop')).reason).toBe('the protection was changed');
});

test('refuses without a right: plain HLS of an encrypted channel, whoever asks', async () => {
  const { channel } = await goOnAir({ ...PROTECTED, hls: true });
  for (const path of ['index.m3u8', '0.m3u8']) {
    const response = await ask(`/hls/${channel}/${path}`);
    expect(await refusalOf(response)).toEqual([403, 'hls-not-allowed']);
  }
});

test('after the master secret was changed a new period begins, and nothing fails', async () => {
  const { channel, key, control, granted } = await publishProtected();
  await runInDurableObject(keysOf(bindings, channel), (_object, state) => {
    state.storage.sql.exec("UPDATE periods SET sealed = 'bm90IHNlYWxlZCBieSB1cyBhdCBhbGwsIHN1cmVseQ'");
  });
  const again = await control.publish(channel, key) as Extract<ToOrigin, { type: 'granted' }>;
  expect(again.type).toBe('granted');
  expect(again.keys).toHaveLength(2);
  expect(again.keys!.map(({ keyId }) => keyId)).not.toContain(granted.keys![0]!.keyId);
});
