/** `/api/me`: whose token this is, so that a dashboard offers only what it may. */
import { Hono } from 'hono';
import { allow } from '../access/allow.ts';
import type { Env } from '../env.ts';

export const me = new Hono<{ Bindings: Env }>().get('/', async (c) => {
  return c.json(await allow({ to: 'admin', role: 'reports', tenants: true }, c.req.raw, c.env));
});
