/** `/api/channels/:name/figures` and `/history`: one channel's statistics. */
import { Hono } from 'hono';
import { HistoryQuery } from '../../protocol/report.ts';
import { look } from '../channel-gate.ts';
import { type Env, reportOf } from '../env.ts';
import { takeQuery } from '../input.ts';

const HOUR_MS = 3_600_000;

export const figures = new Hono<{ Bindings: Env }>()
  .get('/:name/figures', look, async (c) => {
    const name = c.req.param('name');
    return c.json(await reportOf(c.env, name).figures(name));
  })
  .get('/:name/history', look, takeQuery(HistoryQuery), async (c) => {
    const name = c.req.param('name');
    const { from, to, step } = c.req.valid('query');
    const toMs = to ?? Date.now() + 1;
    return c.json(await reportOf(c.env, name).history(from ?? toMs - HOUR_MS, toMs, step));
  });
