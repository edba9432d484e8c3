import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { Failure } from '../failure.ts';
import { type Action, allow } from './allow.ts';
import { bindings } from '../testing/edge.ts';
import { ADMIN_AUDIENCE } from '../../protocol/claims.ts';
import { directoryOf } from '../env.ts';
import { GrantDesk } from './grant.ts';
import { signToken } from './token-signer.ts';

const env = {
  SHOAL_ADMIN_TOKEN: 'admin-token',
  SHOAL_ORIGIN_SECRET: 'origin-secret',
  SHOAL_EDGE_SECRET: 'edge-secret',
};

async function outcome(
  action: Action,
  headers: Record<string, string> = {},
  query = '',
  given: object = env,
) {
  const request = new Request(`https://edge.example/${query}`, { headers });
  try {
    return await allow(action as { to: 'admin' }, request, given as typeof env);
  } catch (error) {
    if (error instanceof Failure) return error.status;
    throw error;
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function originToken(
  claims: { secret?: string; audience?: string; expiry?: string; subject?: string; alg?: string } = {},
) {
  const {
    secret = 'origin-secret',
    audience = 'shoal-origin',
    expiry = '1m',
    subject = 'o1',
    alg = 'HS256',
  } = claims;
  return new SignJWT({}).setProtectedHeader({ alg }).setAudience(audience).setSubject(subject)
    .setExpirationTime(expiry).sign(new TextEncoder().encode(secret));
}

test('the public is let in', async () => {
  expect(await outcome({ to: 'public' })).toBe('');
});

test('an admin needs the very token', async () => {
  expect(await outcome({ to: 'admin' }, bearer('admin-token'))).toMatchObject({ role: 'owner' });
  for (
    const headers of [{}, bearer('admin-toke'), bearer('admin-token2'), {
      authorization: 'Basic admin-token',
    }]
  ) {
    expect(await outcome({ to: 'admin' }, headers as Record<string, string>)).toBe(401);
  }
});

/** A token of the Directory's own key. */
async function adminToken(claims: object, audience = ADMIN_AUDIENCE, secret = bindings.SHOAL_EDGE_SECRET) {
  const [key] = await directoryOf(bindings).signingKeys();
  const nowS = Date.now() / 1000;
  return await signToken({
    secret,
    id: key!.id,
    audience,
    nowS,
    claims: { sub: 'ann', role: 'operator', exp: nowS + 60, ...claims },
  });
}

test('an admin token says who calls, and in what role', async () => {
  const header = bearer(await adminToken({}));
  const caller = { subject: 'ann', role: 'operator' };
  expect(await outcome({ to: 'admin', role: 'operator' }, header, '', bindings)).toEqual(caller);
  expect(await outcome({ to: 'admin', role: 'reports' }, header, '', bindings)).toEqual(caller);
  expect(await outcome({ to: 'admin', role: 'owner' }, header, '', bindings)).toBe(403);
  expect(await outcome({ to: 'admin' }, header, '', bindings)).toBe(403);
});

test('a token of a tenant is let in only where tenants are expected', async () => {
  const header = bearer(await adminToken({ tenant: 'acme' }));
  expect(await outcome({ to: 'admin', role: 'reports' }, header, '', bindings)).toBe(403);
  expect(await outcome({ to: 'admin', role: 'reports', tenants: true }, header, '', bindings))
    .toMatchObject({ tenant: 'acme' });
});

test('an admin token that is over, forged, for something else or of no role is refused', async () => {
  const bad = [
    await adminToken({ exp: Date.now() / 1000 - 1 }),
    await adminToken({}, 'shoal-playback'),
    await adminToken({}, ADMIN_AUDIENCE, 'another secret'),
    await adminToken({ role: 'emperor' }),
    await adminToken({ sub: undefined }),
    (await adminToken({})).replace(/\..*\./, '.e30.'),
  ];
  for (const token of bad) {
    expect(await outcome({ to: 'admin', role: 'reports' }, bearer(token), '', bindings)).toBe(401);
  }
});

test('without a configured admin token nobody is an admin', async () => {
  const bare = { ...env, SHOAL_ADMIN_TOKEN: undefined };
  expect(await outcome({ to: 'admin' }, bearer('undefined'), '', bare)).toBe(401);
  expect(await outcome({ to: 'admin' }, bearer(''), '', { ...env, SHOAL_ADMIN_TOKEN: '' })).toBe(401);
});

test('metrics are open unless a token is configured', async () => {
  expect(await outcome({ to: 'metrics' })).toBe('');
  const closed = { ...env, SHOAL_METRICS_TOKEN: 'm' };
  expect(await outcome({ to: 'metrics' }, {}, '', closed)).toBe(401);
  expect(await outcome({ to: 'metrics' }, bearer('m'), '', closed)).toBe('');
});

test('an origin is known by its token', async () => {
  expect(await outcome({ to: 'originate' }, bearer(await originToken()))).toBe('o1');
});

test('an origin token that is forged, over, for another audience, or of a strange origin is refused', async () => {
  const bad = [
    await originToken({ secret: 'guess' }),
    await originToken({ audience: 'other' }),
    await originToken({ expiry: '-5m' }),
    await originToken({ subject: 'a/../b' }),
    await originToken({ alg: 'HS512' }),
    'not.a.token',
  ];
  for (const token of bad) expect(await outcome({ to: 'originate' }, bearer(token))).toBe(401);
  expect(await outcome({ to: 'originate' })).toBe(401);
  const bare = { ...env, SHOAL_ORIGIN_SECRET: undefined };
  expect(await outcome({ to: 'originate' }, bearer(await originToken()), '', bare)).toBe(401);
});

test('media needs a grant of that broadcast', async () => {
  const peer = '-SH0001-abcdefghijkl';
  const { value } = await new GrantDesk('edge-secret').issue('demo', 'b1', peer, Date.now() / 1000);
  const to = (channel: string): Action => ({ to: 'media', channel, broadcastId: 'b1' });
  expect(await outcome(to('demo'), {}, `?grant=${value}`)).toBe(peer);
  expect(await outcome(to('other'), {}, `?grant=${value}`)).toBe(401);
  expect(await outcome(to('demo'), {}, `?grant=${value}x`)).toBe(401);
  expect(await outcome(to('demo'))).toBe(401);
});

test('a refusal never repeats what was sent', async () => {
  const error = await allow(
    { to: 'admin' },
    new Request('https://e.example/', { headers: bearer('my-secret') }),
    env,
  )
    .catch((caught: Failure) => caught) as Failure;
  expect(JSON.stringify(error.body)).not.toContain('my-secret');
});
