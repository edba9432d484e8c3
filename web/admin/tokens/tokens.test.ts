import assert from 'node:assert/strict';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { decodeToken, explainClaims } from './decode.ts';
import { verdictOn } from './verify.ts';

const NOW_S = 1_800_000_000;

async function token(claims: Record<string, unknown>, kid = 'k1') {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const text = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid }).sign(privateKey);
  return { text, jwk: { ...await exportJWK(publicKey), kid } };
}

function wrongOnes(text: string): string[] {
  return explainClaims(decodeToken(text), NOW_S * 1000, String).filter(({ wrong }) => wrong).map((l) =>
    l.claim
  );
}

Deno.test('a good playback token is explained claim by claim, and nothing is wrong with it', async () => {
  const claims = { aud: 'shoal-playback', channel: 'demo', sub: 'ann', devices: 2, exp: NOW_S + 60 };
  const { text } = await token(claims);
  const lines = explainClaims(decodeToken(text), NOW_S * 1000, String);
  assert.deepEqual(lines.filter(({ wrong }) => wrong), []);
  assert.match(lines.map(({ says }) => says).join(' '), /channel demo.*viewer ann.*2 devices/);
});

Deno.test('what the edge would refuse is marked', async () => {
  const good = { aud: 'shoal-playback', channel: 'demo', exp: NOW_S + 60 };
  assert.deepEqual(wrongOnes((await token({ ...good, exp: NOW_S - 1 })).text), ['exp']);
  assert.deepEqual(wrongOnes((await token({ ...good, nbf: NOW_S + 10 })).text), ['nbf']);
  assert.deepEqual(wrongOnes((await token({ ...good, aud: 'x' })).text), ['aud']);
  assert.deepEqual(wrongOnes((await token({ aud: good.aud })).text), ['channel', 'exp']);
});

Deno.test('a signature is told from a forged one and from a stranger’s', async () => {
  const { text, jwk } = await token({ aud: 'shoal-playback' });
  const other = await token({ aud: 'shoal-playback' });
  assert.equal(await verdictOn(decodeToken(text), [jwk]), 'ours');
  assert.equal(await verdictOn(decodeToken(text), [other.jwk]), 'forged');
  assert.equal(await verdictOn(decodeToken(text), []), 'other');
  assert.equal(await verdictOn(decodeToken(text), [{ kid: 'k1' }]), 'unknown');
});

Deno.test('what is no token is answered with what is wrong about it', () => {
  assert.throws(() => decodeToken('abc'), /three parts/);
  assert.throws(() => decodeToken('e30.%%%.x'), /claims .* base64url/);
  assert.throws(() => decodeToken('bm8.e30.x'), /header .* JSON object/);
});
