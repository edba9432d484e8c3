/** Pages and the files they need, from the static assets (web/dist). */
import { Hono } from 'hono';
import { allow } from '../access/allow.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';

/** Files whose name changes with their content, as esbuild's chunkNames have it (scripts/web-bundle.ts). */
const HASHED = /-[A-Z0-9]{8}\.js(\.map|\.LEGAL\.txt)?$/;
const FOR_EVER = 'public, max-age=31536000, immutable';

export const pages = new Hono<{ Bindings: Env }>()
  .get('/watch/:channel', (c) => asset(c.req.raw, c.env, '/watch.html'))
  .get('/embed/:channel', (c) => asset(c.req.raw, c.env, '/embed.html'))
  .get('/assets/*', (c) => asset(c.req.raw, c.env, c.req.path.slice('/assets'.length)))
  .get('/favicon.ico', (c) => c.body(null, 204));

async function asset(request: Request, env: Env, path: string): Promise<Response> {
  await allow({ to: 'public' }, request, env);
  const found = await env.ASSETS?.fetch(
    new Request(new URL(path, request.url), { headers: request.headers }),
  );
  if (!found || found.status === 404) {
    throw new Failure(404, 'not-found', 'there is no such page; is the player built?');
  }
  const answer = new Response(found.body, found);
  answer.headers.set('access-control-allow-origin', '*');
  if (found.ok && HASHED.test(path)) answer.headers.set('cache-control', FOR_EVER);
  return answer;
}
