import assert from 'node:assert/strict';
import { beforeExpiry, expiryMs, tokenReason } from './token.ts';

const tokenWith = (claims: unknown) => {
  const part = (value: unknown) =>
    btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return `${part({ alg: 'EdDSA' })}.${part(claims)}.c2lnbmF0dXJl`;
};

Deno.test('a token tells when it ends', () => {
  assert.equal(expiryMs(tokenWith({ exp: 1_900_000_000, channel: 'demo?>~' })), 1_900_000_000_000);
});

Deno.test('what is no token, or tells no end, has none', () => {
  for (const text of ['', 'abc', 'a.b.c', '..', tokenWith({}), tokenWith({ exp: 'soon' }), tokenWith(null)]) {
    assert.equal(expiryMs(text), undefined, text);
  }
});

Deno.test('a new token is asked for when the old one is about to end, and not when nobody waits any more', async () => {
  const nearly = tokenWith({ exp: Date.now() / 1000 + 5 });
  await new Promise<void>((resolve) => beforeExpiry(nearly, resolve));
  let called = false;
  beforeExpiry(nearly, () => called = true)();
  beforeExpiry(undefined, () => called = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(called, false);
});

Deno.test('another token mends what is wrong with a token, and nothing else', () => {
  assert.equal(tokenReason('token-expired'), 'token-expired');
  assert.equal(tokenReason('banned'), undefined);
  assert.equal(tokenReason(undefined), undefined);
});
