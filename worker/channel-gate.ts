/** The gate of everything below `/api/channels/:name`: the caller's role, the tenant's lease, and the channel itself. */
import type { MiddlewareHandler } from 'hono';
import type { Role } from '../protocol/claims.ts';
import { allow, type Caller } from './access/allow.ts';
import { maySee } from './access/may-see.ts';
import { directoryOf, type Env } from './env.ts';
import { Failure } from './failure.ts';

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

/** Before anything else of a route is looked at: the role. Not open to tenants. */
export function admit(role: Role): Gate {
  return async (c, next) => {
    await allow({ to: 'admin', role }, c.req.raw, c.env);
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

export function unknownChannel(): Failure {
  return new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'name' });
}
