import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { IssuerKeys } from './issuer-keys.ts';

const URL_OF_KEYS = 'https://issuer.example.com/jwks.json';

/** An issuer whose answers a test decides. */
async function issuer(answer?: () => Response) {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...await exportJWK(pair.publicKey), kid: 'k1', alg: 'ES256' };
  const asked: RequestInit[] = [];
  const clock = { nowMs: 1_000_000 };
  const keys = new IssuerKeys({
    now: () => clock.nowMs,
    privateHosts: false,
    fetch: (_url, init) => {
      asked.push(init);
      return Promise.resolve(answer ? answer() : Response.json({ keys: [jwk] }));
    },
  });
  const verify = async (kid = 'k1', url = URL_OF_KEYS) => {
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(pair.privateKey);
    return await jwtVerify(token, (...header) => keys.key(url, ...header));
  };
  return { asked, clock, verify };
}

test('keys are fetched once in five minutes, however many tokens come', async () => {
  const { asked, clock, verify } = await issuer();
  await Promise.all([verify(), verify(), verify()]);
  await verify();
  expect(asked).toHaveLength(1);
  clock.nowMs += 5 * 60_000 + 1;
  await verify();
  expect(asked).toHaveLength(2);
});

test('an unknown key id makes the edge look again, but not for every token', async () => {
  const { asked, clock, verify } = await issuer();
  await verify();
  for (let i = 0; i < 5; i++) await expect(verify('another')).rejects.toThrow();
  expect(asked).toHaveLength(1);
  clock.nowMs += 15_001;
  for (let i = 0; i < 5; i++) await expect(verify('another')).rejects.toThrow();
  expect(asked).toHaveLength(2);
});

test('redirects, errors, sets that are too long and symmetric keys are not believed', async () => {
  const answers = [
    () => new Response(null, { status: 302, headers: { location: 'http://127.0.0.1/' } }),
    () => new Response('no', { status: 500 }),
    () => new Response('not JSON'),
    () => Response.json({ keys: [], more: 'x'.repeat(70_000) }),
    () => Response.json({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'k1' }] }),
  ];
  for (const answer of answers) {
    const { asked, verify } = await issuer(answer);
    await expect(verify()).rejects.toThrow();
    expect(asked[0]).toMatchObject({ redirect: 'manual' });
  }
});

test('an address within a network is never asked', async () => {
  const { asked, verify } = await issuer();
  const inside = [
    'http://issuer.example.com/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://router.lan/',
    'https://2130706433/',
  ];
  for (const url of inside) await expect(verify('k1', url)).rejects.toThrow(/jwksUrl|asked/);
  expect(asked).toEqual([]);
});

test('while the issuer is away its last keys are believed for an hour', async () => {
  let isAway = false;
  const clock = { nowMs: 1_000_000 };
  const keys = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...await exportJWK(keys.publicKey), kid: 'k1', alg: 'ES256' };
  const memory = new IssuerKeys({
    now: () => clock.nowMs,
    privateHosts: false,
    fetch: () => isAway ? Promise.reject(new Error('away')) : Promise.resolve(Response.json({ keys: [jwk] })),
  });
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(keys.privateKey);
  const verify = () => jwtVerify(token, (...header) => memory.key(URL_OF_KEYS, ...header));
  await verify();
  isAway = true;
  clock.nowMs += 59 * 60_000;
  await verify();
  clock.nowMs += 2 * 60_000;
  await expect(verify()).rejects.toThrow('cannot be asked');
});
