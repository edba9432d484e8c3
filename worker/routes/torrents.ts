/** `/api/torrents`: info-hashes that are no broadcast, registered by an admin so that the tracker serves them. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { InfoHash } from '../../protocol/broadcast.ts';
import { allow } from '../access/allow.ts';
import { type Env, swarmOf } from '../env.ts';
import { Failure } from '../failure.ts';

export const torrents = new Hono<{ Bindings: Env }>()
  .use(async (c, next) => {
    await allow({ to: 'admin', role: c.req.method === 'GET' ? 'reports' : 'operator' }, c.req.raw, c.env);
    await next();
  })
  .get('/:infoHash', async (c) => {
    const infoHash = parseHash(c.req.param('infoHash'));
    if (!await swarmOf(c.env, infoHash, '0').isRegistered()) {
      throw new Failure(404, 'unknown-torrent', 'this info-hash is not registered', { field: 'infoHash' });
    }
    return c.json(resourceOf(infoHash));
  })
  .put('/:infoHash', async (c) => {
    const infoHash = parseHash(c.req.param('infoHash'));
    await swarmOf(c.env, infoHash, '0').register({ infoHash });
    return c.json(resourceOf(infoHash));
  })
  .delete('/:infoHash', async (c) => {
    await swarmOf(c.env, parseHash(c.req.param('infoHash')), '0').unregister();
    return c.body(null, 204);
  });

/** `announcePath`: what a client's announce URL ends with. */
function resourceOf(infoHash: string) {
  return { torrent: { infoHash, announcePath: `/swarm/${infoHash}/announce` } };
}

function parseHash(text: string): string {
  const infoHash = text.toLowerCase();
  if (v.is(InfoHash, infoHash)) return infoHash;
  throw new Failure(400, 'bad-field', 'infoHash must be 40 hex digits', { field: 'infoHash' });
}
