/** `/api/audit`: who changed what. */
import { Hono } from 'hono';
import { AuditQuery } from '../../protocol/audit.ts';
import { allow } from '../access/allow.ts';
import { boardOf, type Env } from '../env.ts';
import { takeQuery } from '../input.ts';

export const audit = new Hono<{ Bindings: Env }>().get('/', takeQuery(AuditQuery), async (c) => {
  await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
  const { limit, after, query } = c.req.valid('query');
  return c.json(await boardOf(c.env).audit(query ?? '', limit, after));
});
