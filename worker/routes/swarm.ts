/** `/swarm/:infoHash/announce?shard=N`: the signaling socket, handed to its shard. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { InfoHash } from '../../protocol/broadcast.ts';
import { allow } from '../access/allow.ts';
import { agentOf } from '../access/user-agent.ts';
import { whereabouts } from '../access/whereabouts.ts';
import { asciiJson } from '../ascii-json.ts';
import { type Env, swarmOf } from '../env.ts';
import { Failure } from '../failure.ts';

export const swarm = new Hono<{ Bindings: Env }>().get('/:infoHash/announce', async (c) => {
  await allow({ to: 'public' }, c.req.raw, c.env);
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new Failure(426, 'upgrade-required', 'this address is a WebSocket');
  }
  const infoHash = c.req.param('infoHash').toLowerCase();
  if (!v.is(InfoHash, infoHash)) {
    throw new Failure(404, 'unknown-swarm', 'infoHash must be 40 hex digits', { field: 'infoHash' });
  }
  // Stock clients know of no shards: theirs is the first.
  const shard = c.req.query('shard') ?? '0';
  if (!/^([1-9]\d{0,4}|b?0|b[A-Z][A-Z0-9])$/.test(shard)) {
    throw new Failure(400, 'bad-field', 'shard must be a whole number, "b0", or "b" and a region', {
      field: 'shard',
    });
  }
  const place = await whereabouts(c.req.raw, c.env);
  // Nothing of the client's own headers reaches the object but the upgrade.
  return await swarmOf(c.env, infoHash, shard).fetch('https://object/announce', {
    headers: {
      upgrade: 'websocket',
      'shoal-place': asciiJson(place),
      'shoal-agent': asciiJson(agentOf(c.req.header('user-agent') ?? '')),
    },
  });
});
