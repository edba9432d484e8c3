/** The one gate: every route asks `allow` before it does anything else. Refusals are thrown as Failure. */
import { jwtVerify } from 'jose';
import { type Role, roleCovers } from '../../protocol/claims.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { type AdminToken, readAdminToken } from './admin-token.ts';
import { grantDesk } from './grant.ts';
import { equalSecrets } from './keys.ts';

/** Anything below /api. */
export interface AdminAction {
  to: 'admin';
  /** The least role that may; owner unless told otherwise. */
  role?: Role;
  /** A tenant's token is let in too: the route itself then shows only what that tenant leases. */
  tenants?: boolean;
}

/** What somebody wants to do. */
export type Action =
  /** Pages, the join of a public channel, health, signaling (tickets are checked in the socket). */
  | { to: 'public' }
  | AdminAction
  /** Read /metrics. */
  | { to: 'metrics' }
  /** Open one of an origin's sockets. */
  | { to: 'originate' }
  /** Fetch media of a broadcast. */
  | { to: 'media'; channel: string; broadcastId: string };

/** Who calls the admin API. */
export type Caller = AdminToken;

export type AllowEnv =
  & Pick<
    Env,
    'SHOAL_ADMIN_TOKEN' | 'SHOAL_ORIGIN_SECRET' | 'SHOAL_EDGE_SECRET' | 'SHOAL_METRICS_TOKEN'
  >
  & Partial<Pick<Env, 'DIRECTORY'>>;

/** Audience of an origin's token. */
export const ORIGIN_AUDIENCE = 'shoal-origin';
/** Who holds the bootstrap token, as the audit log names it. */
const BOOTSTRAP: Caller = { subject: 'admin token', role: 'owner' };

/**
 * Answers who is asking: a Caller for `admin`, the origin's id for `originate`, the peer id for `media`, else an
 * empty string. Throws Failure 401, or 403 for an admin whose role does not reach.
 */
export async function allow(action: AdminAction, request: Request, env: AllowEnv): Promise<Caller>;
export async function allow(
  action: Exclude<Action, AdminAction>,
  request: Request,
  env: AllowEnv,
): Promise<string>;
export async function allow(action: Action, request: Request, env: AllowEnv): Promise<string | Caller> {
  switch (action.to) {
    case 'public':
      return '';
    case 'admin':
      return await requireAdmin(action, request, env);
    case 'metrics':
      if (env.SHOAL_METRICS_TOKEN) await requireBearer(request, env.SHOAL_METRICS_TOKEN, 'the metrics token');
      return '';
    case 'originate':
      return await requireOrigin(request, env.SHOAL_ORIGIN_SECRET);
    case 'media':
      return await requireGrant(request, action.channel, action.broadcastId, env.SHOAL_EDGE_SECRET);
  }
}

async function requireAdmin(action: AdminAction, request: Request, env: AllowEnv): Promise<Caller> {
  const given = bearerOf(request);
  const caller = given === undefined
    ? undefined
    : env.SHOAL_ADMIN_TOKEN && await equalSecrets(given, env.SHOAL_ADMIN_TOKEN)
    ? BOOTSTRAP
    : await readAdminToken(given, env);
  if (!caller) throw new Failure(401, 'unauthorized', 'Authorization must be "Bearer" and an admin token');
  const wanted = action.role ?? 'owner';
  if (!roleCovers(caller.role, wanted)) {
    throw new Failure(403, 'role-too-low', `this needs the role ${wanted}, the token has ${caller.role}`);
  }
  if (caller.tenant !== undefined && !action.tenants) {
    throw new Failure(403, 'not-for-tenants', 'this is not open to the token of a tenant');
  }
  return caller;
}

async function requireBearer(request: Request, token: string, name: string): Promise<void> {
  const given = bearerOf(request);
  if (given === undefined || !await equalSecrets(given, token)) {
    throw new Failure(401, 'unauthorized', `Authorization must be "Bearer" and ${name}`);
  }
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
