import { expect, test } from 'vitest';
import { iceServersFor } from './ice-servers.ts';
import { TURN_SECONDS } from './turn.ts';

const STUN = [{ urls: 'stun:192.0.2.1:3478' }, { urls: ['stun:192.0.2.2:3478', 'stun:192.0.2.3:3478'] }];
const own = { SHOAL_TURN_URLS: 'turn:192.0.2.7?transport=udp', SHOAL_TURN_SECRET: 's' };

test('without settings there are no servers', async () => {
  expect(await iceServersFor({}, 'a', 0)).toEqual([]);
});

test('fixed servers are the same for everybody, TURN follows with credentials of each', async () => {
  const env = { SHOAL_ICE_SERVERS: JSON.stringify(STUN), ...own };
  const [a, b] = [await iceServersFor(env, 'a', 10), await iceServersFor(env, 'b', 10)];
  expect(a.slice(0, 2)).toEqual(STUN);
  expect(b.slice(0, 2)).toEqual(STUN);
  expect(a[2]).toMatchObject({ urls: ['turn:192.0.2.7?transport=udp'], username: `${10 + TURN_SECONDS}:a` });
  expect(a[2]!.credential).not.toBe(b[2]!.credential);
});

test('several TURN URLs stand with commas between them', async () => {
  const env = { ...own, SHOAL_TURN_URLS: 'turn:192.0.2.7?transport=udp, turns:turn.example:5349' };
  expect((await iceServersFor(env, 'a', 0))[0]!.urls).toEqual([
    'turn:192.0.2.7?transport=udp',
    'turns:turn.example:5349',
  ]);
});

test('other settings are seen at once', async () => {
  expect(await iceServersFor(own, 'a', 0)).toHaveLength(1);
  expect(await iceServersFor({}, 'a', 0)).toHaveLength(0);
});

test('a setting that is malformed or alone is named', async () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ SHOAL_ICE_SERVERS: '[' }, /SHOAL_ICE_SERVERS must be JSON/],
    [{ SHOAL_ICE_SERVERS: '{"urls":"stun:a"}' }, /SHOAL_ICE_SERVERS must be an array/],
    [{ SHOAL_TURN_SECRET: 's' }, /SHOAL_TURN_URLS is missing/],
    [{ SHOAL_TURN_URLS: 'turn:a' }, /SHOAL_TURN_SECRET is missing/],
    [{ ...own, SHOAL_TURN_URLS: 'http://a' }, /SHOAL_TURN_URLS must be/],
    [{ SHOAL_CLOUDFLARE_TURN_KEY: 'k' }, /SHOAL_CLOUDFLARE_TURN_TOKEN is missing/],
    [{ ...own, SHOAL_CLOUDFLARE_TURN_KEY: 'k', SHOAL_CLOUDFLARE_TURN_TOKEN: 't' }, /exclude each other/],
  ];
  for (const [env, message] of wrong) await expect(iceServersFor(env, 'a', 0)).rejects.toThrow(message);
});
