/** `/healthz`: the Worker runs and is configured. */
import { Hono } from 'hono';
import { allow } from '../access/allow.ts';
import type { Env } from '../env.ts';

export const health = new Hono<{ Bindings: Env }>().get('/healthz', async (c) => {
  await allow({ to: 'public' }, c.req.raw, c.env);
  const missing = (['SHOAL_ADMIN_TOKEN', 'SHOAL_ORIGIN_SECRET', 'SHOAL_EDGE_SECRET'] as const)
    .filter((name) => !c.env[name]);
  return c.json({ ok: missing.length === 0, missing }, missing.length === 0 ? 200 : 503);
});
