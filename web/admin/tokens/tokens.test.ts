import assert from 'node:assert/strict';
import { generateKeyPair, SignJWT } from 'jose';
import { decodeToken, explainClaims } from './decode.ts';

const NOW_S = 1_800_000_000;

async function token(claims: Record<string, unknown>): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA');
  return await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
}

function wrongOnes(text: string): string[] {
  return explainClaims(decodeToken(text), NOW_S * 1000, String).filter(({ wrong }) => wrong).map((l) =>
    l.claim
  );
}

Deno.test('a good playback token is explained claim by claim, and nothing is wrong with it', async () => {
  const claims = { aud: 'shoal-playback', channel: 'demo', sub: 'ann', devices: 2, exp: NOW_S + 60 };
  const lines = explainClaims(decodeToken(await token(claims)), NOW_S * 1000, String);
  assert.deepEqual(lines.filter(({ wrong }) => wrong), []);
  assert.match(lines.map(({ says }) => says).join(' '), /channel demo.*viewer ann.*2 devices/);
});

Deno.test('what the edge would refuse is marked', async () => {
  const good = { aud: 'shoal-playback', channel: 'demo', exp: NOW_S + 60 };
  assert.deepEqual(wrongOnes(await token({ ...good, exp: NOW_S - 1 })), ['exp']);
  assert.deepEqual(wrongOnes(await token({ ...good, nbf: NOW_S + 10 })), ['nbf']);
  assert.deepEqual(wrongOnes(await token({ ...good, aud: 'x' })), ['aud']);
  assert.deepEqual(wrongOnes(await token({ aud: good.aud })), ['channel', 'exp']);
});

Deno.test('what is no token is answered with what is wrong about it', () => {
  assert.throws(() => decodeToken('abc'), /three parts/);
  assert.throws(() => decodeToken('e30.%%%.x'), /claims .* base64url/);
  assert.throws(() => decodeToken('bm8.e30.x'), /header .* JSON object/);
});
