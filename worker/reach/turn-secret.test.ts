import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { TURN_SECONDS } from './turn.ts';
import { SecretTurnDesk } from './turn-secret.ts';

const urls = ['turn:192.0.2.7:3478?transport=udp'];
const desk = new SecretTurnDesk({ urls, secret: 'shared with the server' });

test('the username is the expiry and the peer, the credential its HMAC-SHA1 in base64', async () => {
  const [server] = await desk.issue('-SH0001-abcdefghijkl', 1_000_000);
  const username = `${1_000_000 + TURN_SECONDS}:-SH0001-abcdefghijkl`;
  expect(server).toEqual({
    urls,
    username,
    credential: createHmac('sha1', 'shared with the server').update(username).digest('base64'),
  });
});

test('an example computed elsewhere comes out the same', async () => {
  // openssl: printf 1800:user | openssl dgst -sha1 -hmac north -binary | base64
  const [server] = await new SecretTurnDesk({ urls, secret: 'north' }).issue('user', 0);
  expect(server).toEqual({ urls, username: '1800:user', credential: '2wRoM9O2igTcPRKlZLHbpTBbuRU=' });
});

test('an id with anything but letters, digits, _ and - in it is cleaned, so that the expiry stays what it is', async () => {
  const [server] = await desk.issue('99999999999:x\n\u00e9/y', 100);
  expect(server!.username).toBe(`${100 + TURN_SECONDS}:99999999999xy`);
});

test('two peers, and two moments, have different credentials', async () => {
  const issued = [await desk.issue('a', 1), await desk.issue('b', 1), await desk.issue('a', 2)];
  expect(new Set(issued.map(([server]) => server!.credential)).size).toBe(3);
});
