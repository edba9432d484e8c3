import { expect, test } from 'vitest';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { deriveBytes, equalSecrets, sha256Hex, signingKeyFrom } from './keys.ts';

test('keys of different purposes and secrets have nothing in common', async () => {
  const keys = await Promise.all([
    deriveBytes('a', 'x'),
    deriveBytes('a', 'y'),
    deriveBytes('b', 'x'),
    deriveBytes('a', 'x'),
  ]);
  const [one, two, three, again] = keys.map(toHex);
  expect(new Set([one, two, three]).size).toBe(3);
  expect(again).toBe(one);
});

test('a signing key follows from its seed as in RFC 8032, section 7.1, test 1', async () => {
  const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')!;
  const key = await signingKeyFrom(seed);
  expect(toHex(key.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  expect(toHex(await key.sign(new Uint8Array(0)))).toBe(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
});

test('secrets are equal when they are the same text, whatever their length', async () => {
  expect(await equalSecrets('abc', 'abc')).toBe(true);
  expect(await equalSecrets('', '')).toBe(true);
  for (const [a, b] of [['abc', 'abd'], ['abc', 'abcd'], ['abc', ''], ['abc', 'ABC']] as const) {
    expect(await equalSecrets(a, b)).toBe(false);
  }
});

test('SHA-256 of "abc" is that of FIPS 180-4', async () => {
  expect(await sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
