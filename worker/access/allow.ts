/** The one gate: every route asks `allow` before it does anything else. Refusals are thrown as Failure. */
import { jwtVerify } from 'jose';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { grantDesk } from './grant.ts';
import { equalSecrets } from './keys.ts';

/** What somebody wants to do. */
export type Action =
  /** Pages, the join of a public channel, health, signaling (tickets are checked in the socket). */
  | { to: 'public' }
  /** Anything below /api. */
  | { to: 'admin' }
  /** Read /metrics. */
  | { to: 'metrics' }
  /** Open one of an origin's sockets. */
  | { to: 'originate' }
  /** Fetch media of a broadcast. */
  | { to: 'media'; channel: string; broadcastId: string };

export type AllowEnv = Pick<
  Env,
  'SHOAL_ADMIN_TOKEN' | 'SHOAL_ORIGIN_SECRET' | 'SHOAL_EDGE_SECRET' | 'SHOAL_METRICS_TOKEN'
>;

/** Audience of an origin's token. */
export const ORIGIN_AUDIENCE = 'shoal-origin';

/**
 * Answers who is asking: the origin's id for `originate`, the peer id for `media`, else an empty string.
 * Throws Failure 401.
 */
export async function allow(action: Action, request: Request, env: AllowEnv): Promise<string> {
  switch (action.to) {
    case 'public':
      return '';
    case 'admin':
      return await requireBearer(request, env.SHOAL_ADMIN_TOKEN, 'the admin token');
    case 'metrics':
      return env.SHOAL_METRICS_TOKEN
        ? await requireBearer(request, env.SHOAL_METRICS_TOKEN, 'the metrics token')
        : '';
    case 'originate':
      return await requireOrigin(request, env.SHOAL_ORIGIN_SECRET);
    case 'media':
      return await requireGrant(request, action.channel, action.broadcastId, env.SHOAL_EDGE_SECRET);
  }
}

async function requireBearer(request: Request, token: string | undefined, name: string): Promise<string> {
  const given = bearerOf(request);
  if (!token || given === undefined || !await equalSecrets(given, token)) {
    throw new Failure(401, 'unauthorized', `Authorization must be "Bearer" and ${name}`);
  }
  return '';
}

async function requireOrigin(request: Request, secret: string | undefined): Promise<string> {
  const token = bearerOf(request);
  if (!secret || token === undefined) {
    throw new Failure(401, 'unauthorized', 'Authorization must be "Bearer" and an origin token');
  }
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
      audience: ORIGIN_AUDIENCE,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: 30,
    });
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(payload.sub ?? '')) throw new Error('sub');
    return payload.sub!;
  } catch {
    throw new Failure(401, 'unauthorized', 'the origin token is forged, over, or not for this');
  }
}

async function requireGrant(request: Request, channel: string, broadcastId: string, secret: string) {
  const value = new URL(request.url).searchParams.get('grant') ?? '';
  const peerId = await grantDesk(secret).check(value, channel, broadcastId, Date.now() / 1000);
  if (peerId === undefined) {
    throw new Failure(401, 'grant-over', 'grant must be a valid media grant of this broadcast', {
      field: 'grant',
    });
  }
  return peerId;
}

function bearerOf(request: Request): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,4096})$/.exec(request.headers.get('authorization') ?? '')?.[1];
}
