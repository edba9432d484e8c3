/** Tokens: `POST /api/tokens` (admin), `POST /api/channels/:name/tokens` (playback), and a look at any. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody } from '../input.ts';
import {
  type IssuedToken,
  NewAdminToken,
  NewPlaybackToken,
  type TokenReport,
  TokenToCheck,
} from '../../protocol/access.ts';
import { ADMIN_AUDIENCE, PLAYBACK_AUDIENCE, PLAYBACK_REFUSALS } from '../../protocol/claims.ts';
import { readAdminToken } from '../access/admin-token.ts';
import { keyMemory } from '../access/key-set.ts';
import { readPlaybackToken } from '../access/playback-token.ts';
import { signToken } from '../access/token-signer.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { knownChannel } from './known-channel.ts';

export const tokens = new Hono<{ Bindings: Env }>()
  .post('/', admit('owner'), takeBody(NewAdminToken), async (c) => {
    const { subject, role, tenant, ttlS } = c.req.valid('json');
    const claims = { sub: subject, role, ...(tenant === undefined ? {} : { tenant }) };
    return c.json(await issue(c.env, ADMIN_AUDIENCE, ttlS, claims), 201);
  })
  .post('/check', admit('operator'), takeBody(TokenToCheck), async (c) => {
    const { token, channel } = c.req.valid('json');
    return c.json(await report(c.env, token, channel));
  });

export const channelTokens = new Hono<{ Bindings: Env }>().post(
  '/:name/tokens',
  admit('operator'),
  takeBody(NewPlaybackToken),
  async (c) => {
    const { name } = await knownChannel(c.env, c.req.param('name'));
    const ask = c.req.valid('json');
    const { viewer, devices, sites, tenant, notBeforeS, ttlS } = ask;
    const claims = {
      channel: name,
      ...(viewer === undefined ? {} : { sub: viewer }),
      ...(devices === undefined ? {} : { devices }),
      ...(sites.length === 0 ? {} : { sites }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(notBeforeS === undefined ? {} : { nbf: notBeforeS }),
    };
    return c.json(await issue(c.env, PLAYBACK_AUDIENCE, ttlS, claims), 201);
  },
);

async function issue(
  env: Env,
  audience: string,
  ttlS: number,
  claims: Record<string, unknown> & { nbf?: number },
): Promise<IssuedToken> {
  const { keys: [key] } = await keyMemory(env).get();
  const nowS = Math.floor(Date.now() / 1000);
  const exp = Math.max(nowS, claims.nbf ?? 0) + ttlS;
  const token = await signToken({
    secret: env.SHOAL_EDGE_SECRET,
    id: key!.kid,
    audience,
    nowS,
    claims: { ...claims, exp },
  });
  return { token, expiresAt: new Date(exp * 1000).toISOString() };
}

async function report(env: Env, token: string, channel: string | undefined): Promise<TokenReport> {
  let header;
  let claims;
  try {
    header = decodeProtectedHeader(token);
    claims = decodeJwt(token);
  } catch {
    throw new Failure(400, 'bad-field', 'token must be a JWT', { field: 'token' });
  }
  const told = { header: { ...header }, claims: { ...claims } };
  if (claims.aud === ADMIN_AUDIENCE) {
    const valid = await readAdminToken(token, env) !== undefined;
    return { ...told, valid, ...(valid ? {} : refusalOf('token-invalid')) };
  }
  const read = await readPlaybackToken(token, channel ?? String(claims.channel), env);
  return typeof read === 'string' ? { ...told, valid: false, ...refusalOf(read) } : { ...told, valid: true };
}

function refusalOf(code: keyof typeof PLAYBACK_REFUSALS) {
  return { code, message: PLAYBACK_REFUSALS[code] };
}
