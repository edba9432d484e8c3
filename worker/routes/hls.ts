/** `/hls/:channel/index.m3u8` and what it leads to: plain HLS for stock players. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { BroadcastId } from '../../protocol/broadcast.ts';
import { ChannelName } from '../../protocol/channel.ts';
import { allow } from '../access/allow.ts';
import { checkPlayback, refusal } from '../access/playback.ts';
import { joinCard } from '../card.ts';
import { cachedMedia } from '../edge-cache.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import type { MediaAsk } from '../media/ask.ts';

export const hls = new Hono<{ Bindings: Env }>()
  .get('/:channel/index.m3u8', async (c) => {
    return await answer(c.req.raw, c.env, c.executionCtx, c.req.param('channel'), { what: 'hls-main' });
  })
  .get('/:channel/:playlist{\\d{1,2}\\.m3u8}', async (c) => {
    const track = parseInt(c.req.param('playlist'));
    if (track > 15) throw notFound();
    return await answer(c.req.raw, c.env, c.executionCtx, c.req.param('channel'), {
      what: 'hls-track',
      track,
    });
  })
  .get('/:channel/:broadcast/:track{\\d{1,2}}/:file', async (c) => {
    const { channel, broadcast: broadcastId, track: trackText, file } = c.req.param();
    const match = /^(\d{1,7})\.(init\.mp4|m4s)$/.exec(file);
    const track = Number(trackText);
    const segment = Number(match?.[1]);
    if (!match || track > 15 || segment >= 1 << 20 || !v.is(BroadcastId, broadcastId)) throw notFound();
    const what = match[2] === 'm4s' ? 'hls-segment' : 'hls-init';
    return await answer(c.req.raw, c.env, c.executionCtx, channel, { what, broadcastId, track, segment });
  });

async function answer(
  request: Request,
  env: Env,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
  channel: string,
  ask: MediaAsk,
): Promise<Response> {
  await allow({ to: 'public' }, request, env);
  if (!v.is(ChannelName, channel)) throw notFound();
  const token = await admit(request, env, channel);
  const kind = ask.what === 'hls-segment' || ask.what === 'hls-init' ? 'hls' : undefined;
  const response = await cachedMedia({ env, ctx, channel, kind, ask });
  return token === undefined || kind !== undefined ? response : await withToken(response, token);
}

/** Answers the token that the playlist's addresses have to carry; undefined: none. Throws Failure. */
async function admit(request: Request, env: Env, channel: string): Promise<string | undefined> {
  const card = await joinCard(env, channel);
  if (!card) return undefined;
  const { access, hlsByToken, drm } = card.settings;
  // Stock players cannot open what is encrypted: they have no way to our licenses.
  if (drm !== 'off' || (access === 'token' && !hlsByToken)) throw refusal('hls-not-allowed');
  const token = new URL(request.url).searchParams.get('token') ?? undefined;
  await checkPlayback({ card, token, request, env, fromPlayer: true });
  return access === 'token' ? token : undefined;
}

/** The playlist with the token on every address: players ask for them one by one, and send no header. */
async function withToken(response: Response, token: string): Promise<Response> {
  if (response.status !== 200) return response;
  const query = `?token=${encodeURIComponent(token)}`;
  const text = (await response.text())
    .replace(/^[^#\s].*$/gm, (address) => address + query)
    .replace(/URI="([^"]+)"/g, (_whole, address) => `URI="${address}${query}"`);
  const personal = new Response(text, response);
  personal.headers.set('cache-control', 'no-store');
  personal.headers.delete('content-length');
  return personal;
}

function notFound(): Failure {
  return new Failure(404, 'not-found', 'there is nothing at this address');
}
