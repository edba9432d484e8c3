/** `/api/origins`: which origins are connected, and where encoders push to. */
import { Hono } from 'hono';
import { allow } from '../access/allow.ts';
import { directoryOf, type Env } from '../env.ts';
import { pageIn } from '../page.ts';

export const origins = new Hono<{ Bindings: Env }>().get('/', async (c) => {
  await allow({ to: 'admin', role: 'reports' }, c.req.raw, c.env);
  return c.json(pageIn(await directoryOf(c.env).origins(), ({ id }) => id, c.req.query()));
});
