/**
 * Pages and the files they need, from the static assets (web/dist). On Cloudflare the watch page and what lies below
 * /assets do not come by here (wrangler.toml): only where nothing stands in front, as with bare workerd.
 */
import { Hono } from 'hono';
import * as v from 'valibot';
import { ChannelName } from '../../protocol/channel.ts';
import { allow } from '../access/allow.ts';
import { pageHeaders } from '../access/page-headers.ts';
import { joinCard } from '../card.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { ASSET_HEADERS, FOR_EVER, HASHED } from './asset-headers.ts';

export const pages = new Hono<{ Bindings: Env }>()
  .get('/watch/:channel', (c) => asset(c.req.raw, c.env, '/watch.html'))
  .get('/embed/:channel', (c) => embed(c.req.raw, c.env, c.req.param('channel')))
  .get('/replay/:infoHash{[0-9a-f]{40}}', (c) => asset(c.req.raw, c.env, '/replay.html'))
  .get('/docs', (c) => asset(c.req.raw, c.env, '/docs.html'))
  .get('/admin', (c) => asset(c.req.raw, c.env, '/admin.html'))
  .get('/admin/*', (c) => asset(c.req.raw, c.env, '/admin.html'))
  .get('/assets/*', (c) => asset(c.req.raw, c.env, c.req.path))
  .get('/favicon.ico', (c) => c.body(null, 204));

/** The one page that others may frame: those of the channel's sites. */
async function embed(request: Request, env: Env, channel: string): Promise<Response> {
  const page = await asset(request, env, '/embed.html');
  const card = v.is(ChannelName, channel) ? await joinCard(env, channel) : undefined;
  for (const [name, value] of Object.entries(pageHeaders({ sites: card?.settings.sites ?? [] }))) {
    page.headers.set(name, value);
  }
  for (const name of ['x-frame-options', 'cross-origin-opener-policy']) page.headers.delete(name);
  // What a cache holds must not outlive a change of the sites.
  page.headers.set('cache-control', 'no-store');
  return page;
}

async function asset(request: Request, env: Env, path: string): Promise<Response> {
  await allow({ to: 'public' }, request, env);
  const found = await env.ASSETS?.fetch(
    new Request(new URL(path, request.url), { headers: request.headers }),
  );
  if (!found || found.status === 404) {
    throw new Failure(404, 'not-found', 'there is no such page; is the player built?');
  }
  const answer = new Response(found.body, found);
  for (const [name, value] of Object.entries(ASSET_HEADERS)) answer.headers.set(name, value);
  if (path.endsWith('.html')) {
    for (const [name, value] of Object.entries(pageHeaders('nobody'))) answer.headers.set(name, value);
  }
  if (found.ok && HASHED.test(path)) answer.headers.set('cache-control', FOR_EVER);
  return answer;
}
