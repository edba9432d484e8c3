/** `/media/:channel/:broadcast/…`: what protocol/media.ts lists. Every path wants a grant. */
import { type Context, Hono } from 'hono';
import { indexFromHex } from '../../protocol/piece-index.ts';
import { parseHeld, parseTracks } from '../../protocol/media.ts';
import { allow } from '../access/allow.ts';
import { whereabouts } from '../access/whereabouts.ts';
import { cachedMedia, forEverybody, freshMedia } from '../edge-cache.ts';
import type { Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { witnessGroup } from '../swarm/place.ts';

type MediaContext = Context<{ Bindings: Env }, '/:channel/:broadcast/*'>;

export const media = new Hono<{ Bindings: Env }>()
  .get('/:channel/:broadcast/piece/:index', async (c) => {
    const { channel, broadcastId } = await admitted(c);
    const index = indexFromHex(c.req.param('index'));
    if (index === undefined) throw badField('index', 'must be eight hex digits');
    const ask = { what: 'piece', broadcastId, index } as const;
    const from = witnessGroup(await whereabouts(c.req.raw, c.env));
    return await cachedMedia({ env: c.env, ctx: c.executionCtx, channel, kind: 'repair', ask, from });
  })
  .get('/:channel/:broadcast/run/:tracks/:second', async (c) => {
    const { channel, broadcastId } = await admitted(c);
    const tracks = tracksOf(c.req.param('tracks'));
    const second = c.req.param('second');
    if (!/^\d{1,8}$/.test(second)) throw badField('second', 'must be a whole number of seconds');
    const ask = { what: 'run', broadcastId, tracks, second: Number(second) } as const;
    return await cachedMedia({ env: c.env, ctx: c.executionCtx, channel, kind: 'run', ask });
  })
  .get('/:channel/:broadcast/join', async (c) => {
    const { channel, broadcastId } = await admitted(c);
    const given = c.req.query('tracks');
    const ask = { what: 'join', broadcastId, tracks: given === undefined ? [] : tracksOf(given) } as const;
    return await cachedMedia({ env: c.env, ctx: c.executionCtx, channel, kind: 'join', ask });
  })
  .get('/:channel/:broadcast/seed', async (c) => {
    const { channel, broadcastId, peerId } = await admitted(c);
    if (c.req.query('peer') !== peerId) {
      throw new Failure(403, 'not-yours', 'peer must be the one that the grant was given to', {
        field: 'peer',
      });
    }
    const given = c.req.query('held');
    const held = given === undefined ? [] : parseHeld(given);
    if (!held) {
      throw new Failure(
        400,
        'bad-field',
        'held must be at most 128 indexes of eight hex digits, with commas',
        {
          field: 'held',
        },
      );
    }
    return forEverybody(await freshMedia(c.env, channel, { what: 'seed', broadcastId, peerId, held }));
  });

async function admitted(c: MediaContext) {
  const channel = c.req.param('channel');
  const broadcastId = c.req.param('broadcast');
  const peerId = await allow({ to: 'media', channel, broadcastId }, c.req.raw, c.env);
  return { channel, broadcastId, peerId };
}

function tracksOf(text: string): number[] {
  const tracks = parseTracks(text);
  if (!tracks) throw badField('tracks', 'must be ascending track numbers, as 0,1');
  return tracks;
}

function badField(field: string, rule: string): Failure {
  return new Failure(400, 'bad-field', `${field} ${rule}`, { field });
}
