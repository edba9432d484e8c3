import assert from 'node:assert/strict';
import { fromBase64Url } from '../../protocol/bytes.ts';
import { deriveBroadcastKey } from './broadcast-key.ts';

const ID = '00112233445566778899aabbccddeeff';

Deno.test('the same secret, channel and broadcast give the same key, any other gives another', async () => {
  const [first, again, ...others] = await Promise.all([
    deriveBroadcastKey('secret', 'news', ID),
    deriveBroadcastKey('secret', 'news', ID),
    deriveBroadcastKey('another', 'news', ID),
    deriveBroadcastKey('secret', 'sport', ID),
    deriveBroadcastKey('secret', 'news', ID.replace('00', '01')),
  ]);
  assert.equal(first.publicKey, again.publicKey);
  assert.equal(new Set([first, ...others].map(({ publicKey }) => publicKey)).size, 4);
});

Deno.test('signatures are good under the public key', async () => {
  const { publicKey, sign } = await deriveBroadcastKey('secret', 'news', ID);
  const key = await crypto.subtle.importKey('raw', fromBase64Url(publicKey)!, 'Ed25519', false, ['verify']);
  const message = Uint8Array.of(1, 2, 3);
  const signature = await sign(message);
  assert.equal(await crypto.subtle.verify('Ed25519', key, signature, message), true);
  assert.equal(await crypto.subtle.verify('Ed25519', key, signature, Uint8Array.of(1, 2, 4)), false);
});
