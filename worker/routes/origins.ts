/** `/api/origins`: which origins are connected, and where encoders push to. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeQuery } from '../input.ts';
import { PageQuery } from '../../protocol/page.ts';
import { directoryOf, type Env } from '../env.ts';
import { pageIn } from '../page.ts';

export const origins = new Hono<{ Bindings: Env }>().get(
  '/',
  admit('reports'),
  takeQuery(PageQuery),
  async (c) => {
    return c.json(pageIn(await directoryOf(c.env).origins(), ({ id }) => id, c.req.valid('query')));
  },
);
