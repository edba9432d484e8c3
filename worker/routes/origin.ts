/** The two sockets of an origin. The token is checked here, before any object is touched. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { ChannelName } from '../../protocol/channel.ts';
import { allow } from '../access/allow.ts';
import { directoryOf, type Env, mediaOf } from '../env.ts';
import { Failure } from '../failure.ts';

export const originSockets = new Hono<{ Bindings: Env }>()
  .get('/control', async (c) => {
    const origin = await allow({ to: 'originate' }, c.req.raw, c.env);
    requireUpgrade(c.req.raw);
    return await forward(directoryOf(c.env), c.req.raw, `/control?origin=${encodeURIComponent(origin)}`);
  })
  .get('/link/:channel', async (c) => {
    const origin = await allow({ to: 'originate' }, c.req.raw, c.env);
    requireUpgrade(c.req.raw);
    const channel = c.req.param('channel');
    if (!v.is(ChannelName, channel)) throw new Failure(404, 'unknown-channel', 'there is no such channel');
    const query = new URLSearchParams({ origin, channel });
    return await forward(mediaOf(c.env, channel), c.req.raw, `/link?${query}`);
  });

function requireUpgrade(request: Request): void {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    throw new Failure(426, 'upgrade-required', 'this address is a WebSocket');
  }
}

/** Hands a socket to its object, with nothing of the client's own URL or headers but the upgrade. */
async function forward(
  object: { fetch(url: string, init: RequestInit): Promise<Response> },
  request: Request,
  path: string,
) {
  return await object.fetch(`https://object${path}`, {
    headers: { upgrade: request.headers.get('upgrade')! },
  });
}
