/** Sending viewers away: `/api/channels/:name/viewers/:peerId/kick` and `/ban`, `/api/channels/:name/bans`. */
import { type Context, Hono } from 'hono';
import { Expulsion, NewBan } from '../../protocol/access.ts';
import { allow } from '../access/allow.ts';
import { parseBody } from '../body.ts';
import { rotateKeys } from '../content-keys.ts';
import { channelOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import type { ExpulsionOrder } from '../objects/channel-bans.ts';
import { MOST_BANS } from '../store/ban-book.ts';
import { knownChannel } from './known-channel.ts';

const MAX_BODY_BYTES = 4096;

type BansContext = Context<{ Bindings: Env }>;

export const bans = new Hono<{ Bindings: Env }>()
  .post('/:name/viewers/:peerId/kick', (c) => expelPeer(c, 'kick'))
  .post('/:name/viewers/:peerId/ban', (c) => expelPeer(c, 'ban'))
  .get('/:name/bans', async (c) => {
    await allow({ to: 'admin', role: 'operator' }, c.req.raw, c.env);
    const { name } = await knownChannel(c.env, c.req.param('name'));
    return c.json({ items: await channelOf(c.env, name).bans() });
  })
  .post('/:name/bans', async (c) => {
    const { subject: by } = await allow({ to: 'admin', role: 'operator' }, c.req.raw, c.env);
    const { viewer, reason, ttlS, rotateKeys: rotates } = parseBody(
      await c.req.text(),
      NewBan,
      MAX_BODY_BYTES,
    );
    return await expel(c, { kind: 'ban', subject: viewer, reason, by }, ttlS, rotates);
  })
  .delete('/:name/bans/:id', async (c) => {
    await allow({ to: 'admin', role: 'operator' }, c.req.raw, c.env);
    const { name } = await knownChannel(c.env, c.req.param('name'));
    if (await channelOf(c.env, name).liftBan(c.req.param('id'))) return c.body(null, 204);
    throw new Failure(404, 'unknown-ban', 'there is no such ban', { field: 'id' });
  });

async function expelPeer(c: BansContext, kind: 'kick' | 'ban'): Promise<Response> {
  const { subject: by } = await allow({ to: 'admin', role: 'operator' }, c.req.raw, c.env);
  const { reason, ttlS, rotateKeys: rotates } = parseBody(
    await c.req.text() || '{}',
    Expulsion,
    MAX_BODY_BYTES,
  );
  return await expel(c, { kind, peerId: c.req.param('peerId') ?? '', reason, by }, ttlS, rotates);
}

async function expel(
  c: BansContext,
  order: ExpulsionOrder,
  ttlS: number | undefined,
  rotates: boolean,
): Promise<Response> {
  const { name, settings } = await knownChannel(c.env, c.req.param('name') ?? '');
  const verdict = await channelOf(c.env, name).expel({
    ...order,
    ...(ttlS === undefined ? {} : { forMs: ttlS * 1000 }),
  });
  if (!verdict.ok) {
    if (verdict.why === 'too-many') {
      throw new Failure(409, 'too-many', `a channel has at most ${MOST_BANS} bans: lift some`);
    }
    throw new Failure(404, 'unknown-viewer', 'nobody with this peer id is watching', { field: 'peerId' });
  }
  // What it holds already is of no use from the next key on.
  if (rotates && settings.drm !== 'off') await rotateKeys(c.env, name, settings, true);
  return order.kind === 'kick' ? c.body(null, 204) : c.json({ ban: verdict.ban }, 201);
}
