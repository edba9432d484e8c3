/** `/metrics`: from roll-ups, it asks one object only. */
import { Hono } from 'hono';
import { allow } from '../access/allow.ts';
import { boardOf, type Env } from '../env.ts';
import type { ChannelWord } from '../store/figure-book.ts';
import { prometheusText } from '../report/prometheus.ts';

export const metrics = new Hono<{ Bindings: Env }>().get('/metrics', async (c) => {
  await allow({ to: 'metrics' }, c.req.raw, c.env);
  return c.text(prometheusText([...await boardOf(c.env).words()] as [string, ChannelWord][]), 200, {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'cache-control': 'no-store',
  });
});
