/** `/api/audit`: who changed what. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { AuditQuery } from '../../protocol/audit.ts';
import { boardOf, type Env } from '../env.ts';
import { takeQuery } from '../input.ts';

export const audit = new Hono<{ Bindings: Env }>().get(
  '/',
  admit('owner'),
  takeQuery(AuditQuery),
  async (c) => {
    const { limit, after, query } = c.req.valid('query');
    return c.json(await boardOf(c.env).audit(query ?? '', limit, after));
  },
);
