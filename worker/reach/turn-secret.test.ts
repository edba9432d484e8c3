import { expect, test } from 'vitest';
import { TURN_SECONDS } from './turn.ts';
import { SecretTurnDesk } from './turn-secret.ts';

const urls = ['turn:192.0.2.7:3478?transport=udp'];
const desk = new SecretTurnDesk({ urls, secret: 'shared with the server' });

test('the username is the expiry and the peer, the credential its HMAC-SHA1 in base64', async () => {
  const [server] = await desk.issue('-SH0001-abcdefghijkl', 1_000_000);
  // As openssl has it: printf USERNAME | openssl dgst -sha1 -hmac SECRET -binary | base64
  expect(server).toEqual({
    urls,
    username: '1001800:-SH0001-abcdefghijkl',
    credential: 'yp0eUoTCNAVu2ZzO8x9QCz+ZGDM=',
  });
  const other = new SecretTurnDesk({ urls, secret: 'north' });
  expect(await other.issue('user', 0)).toEqual([
    { urls, username: '1800:user', credential: '2wRoM9O2igTcPRKlZLHbpTBbuRU=' },
  ]);
});

test('an id with anything but letters, digits, _ and - in it is cleaned, so that the expiry stays what it is', async () => {
  const [server] = await desk.issue('99999999999:x\n\u00e9/y', 100);
  expect(server!.username).toBe(`${100 + TURN_SECONDS}:99999999999xy`);
});

test('two peers, and two moments, have different credentials', async () => {
  const issued = [await desk.issue('a', 1), await desk.issue('b', 1), await desk.issue('a', 2)];
  expect(new Set(issued.map(([server]) => server!.credential)).size).toBe(3);
});
