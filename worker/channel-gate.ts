/** The gate of everything below `/api/channels/:name`: the caller's role, the tenant's lease, and the channel itself. */
import type { MiddlewareHandler } from 'hono';
import type { Role } from '../protocol/claims.ts';
import { allow, type Caller } from './access/allow.ts';
import { maySee } from './access/may-see.ts';
import { directoryOf, type Env } from './env.ts';
import { Failure } from './failure.ts';
import { askLeaseDesk } from './lease-desk.ts';

/**
 * Lets through who may see this channel. Throws Failure 404 for a channel that is not there, or not this caller's to
 * know of.
 */
async function allowChannel(request: Request, env: Env, name: string, role: Role): Promise<Caller> {
  const caller = await allow({ to: 'admin', role, tenants: true }, request, env);
  if (!await maySee(env, caller, name)) throw unknownChannel();
  return caller;
}

type Gate = MiddlewareHandler<{ Bindings: Env }>;

/** Before anything else of a route is looked at: the role. Not open to tenants. Who it is stands in `caller`. */
export function admit(role: Role): MiddlewareHandler<{ Bindings: Env; Variables: { caller: Caller } }> {
  return async (c, next) => {
    c.set('caller', await allow({ to: 'admin', role }, c.req.raw, c.env));
    await next();
  };
}

/** The same of a route that reads one channel, which a tenant may do with what it leases. */
export const look: Gate = async (c, next) => {
  const name = c.req.param('name') ?? '';
  await allowChannel(c.req.raw, c.env, name, 'reports');
  if (!await directoryOf(c.env).get(name)) throw unknownChannel();
  await next();
};

/**
 * The same of a route that names single viewers: a tenant who shares the channel with others may not see whose viewers
 * those are. Throws Failure 403.
 */
export const lookAtViewers: Gate = async (c, next) => {
  const name = c.req.param('name') ?? '';
  const { tenant } = await allowChannel(c.req.raw, c.env, name, 'reports');
  if (!await directoryOf(c.env).get(name)) throw unknownChannel();
  if (tenant !== undefined && !await hasToHimself(c.env, tenant, name)) {
    throw new Failure(
      403,
      'not-for-tenants',
      'the viewers of a shared channel are not shown to one of its tenants',
    );
  }
  await next();
};

async function hasToHimself(env: Env, tenant: string, channel: string): Promise<boolean> {
  const leases = await askLeaseDesk(env, 'listLeases', { tenant, channel });
  return leases.some(({ kind, state }) => kind === 'channel' && (state === 'current' || state === 'spent'));
}

export function unknownChannel(): Failure {
  return new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'name' });
}
