/** A service that signs playback tokens itself: its JWKS over real HTTP, fetched by the edge in real workerd. */
import assert from 'node:assert/strict';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { toBase64Url } from '../../protocol/bytes.ts';
import { EDGE_SECRETS, startEdge } from '../edge.ts';

interface Signer {
  alg: string;
  kid: string;
  privateKey: CryptoKey | Uint8Array;
}

async function newKey(alg: string, kid: string): Promise<{ jwk: JWK; signer: Signer; spki: string }> {
  const pair = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...await exportJWK(pair.publicKey), kid, alg, use: 'sig' };
  return { jwk, signer: { alg, kid, privateKey: pair.privateKey }, spki: await exportSPKI(pair.publicKey) };
}

Deno.test('tokens of a registered issuer are believed, by its published keys, for its channels alone', async () => {
  const [rsa, ec, later] = await Promise.all([
    newKey('RS256', 'r1'),
    newKey('ES256', 'e1'),
    newKey('EdDSA', 'd1'),
  ]);
  const published = [rsa.jwk, ec.jwk];
  let asked = 0;
  const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, () => {
    asked++;
    return Response.json({ keys: published });
  });
  const issuer = 'https://shop.example.com';
  const jwksUrl = `http://127.0.0.1:${server.addr.port}/jwks.json`;
  const edge = await startEdge({ bindings: { SHOAL_PRIVATE_ISSUERS: '1' } });
  const api = async (method: string, path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` };
    const answer = await fetch(`${edge.url}/api${path}`, { method, headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  };
  const sign = ({ alg, kid, privateKey }: Signer, claims: Record<string, unknown> = {}) =>
    new SignJWT({ channel: 'demo', iss: issuer, aud: 'shoal-playback', sub: 'bob', ...claims })
      .setProtectedHeader({ alg, kid }).setExpirationTime('10m').sign(privateKey);
  const join = async (token: string, channel = 'demo') => {
    const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
    const answer = await fetch(`${edge.url}/join/${channel}`, {
      method: 'POST',
      body: JSON.stringify({ peerKey, token }),
    });
    const { state, error } = await answer.json() as { state?: string; error?: { code: string } };
    return error?.code ?? state;
  };
  try {
    for (const name of ['demo', 'other']) {
      await api('POST', '/channels', { name, settings: { access: 'token' } });
    }
    assert.equal(await join(await sign(rsa.signer)), 'token-invalid', 'nobody knows it yet');
    await api('PUT', '/issuers', { issuer, jwksUrl, channels: ['demo'] });
    assert.equal(await join(await sign(rsa.signer)), 'idle');
    assert.equal(await join(await sign(ec.signer)), 'idle');
    assert.equal(asked, 1, 'its keys were fetched once');

    const elsewhere = await sign(rsa.signer, { channel: 'other' });
    assert.equal(await join(elsewhere, 'other'), 'token-not-for-channel');
    assert.equal(await join(await sign(rsa.signer, { aud: 'another-service' })), 'token-invalid');
    assert.equal(await join(await sign(rsa.signer, { iss: 'shoal' })), 'token-invalid');
    assert.equal(await join(await sign(later.signer)), 'token-invalid', 'a key that is not published');
    // The public key, which everybody has, used as the secret of an HMAC.
    const confused = { alg: 'HS256', kid: 'r1', privateKey: new TextEncoder().encode(rsa.spki) };
    assert.equal(await join(await sign(confused)), 'token-invalid');
    const admin = await sign(rsa.signer, { aud: 'shoal-admin', role: 'owner' });
    const refused = await fetch(`${edge.url}/api/me`, { headers: { authorization: `Bearer ${admin}` } });
    await refused.body?.cancel();
    assert.equal(refused.status, 401, 'an issuer makes no admins');

    const removed = await fetch(`${edge.url}/api/issuers?issuer=${issuer}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
    });
    assert.equal(removed.status, 204);
    assert.equal(await join(await sign(rsa.signer)), 'token-invalid', 'it was removed');
  } finally {
    await edge.stop();
    await server.shutdown();
  }
});
