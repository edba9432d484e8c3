/** Sending viewers away: `/api/channels/:name/viewers/:peerId/kick` and `/ban`, `/api/channels/:name/bans`. */
import { type Context, Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody, takeQuery } from '../input.ts';
import { pageIn } from '../page.ts';
import type * as v from 'valibot';
import { Expulsion, NewBan } from '../../protocol/access.ts';
import { PageQuery } from '../../protocol/page.ts';
import type { Caller } from '../access/allow.ts';
import { rotateKeys } from '../content-keys.ts';
import { channelOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import type { ExpulsionOrder } from '../objects/channel-bans.ts';
import { MOST_BANS } from '../store/ban-book.ts';
import { knownChannel } from './known-channel.ts';

type BansContext = Context<{ Bindings: Env; Variables: { caller: Caller } }>;

export const bans = new Hono<{ Bindings: Env }>()
  .post('/:name/viewers/:peerId/kick', admit('operator'), takeBody(Expulsion), (c) => {
    return expel(c, { kind: 'kick', peerId: c.req.param('peerId') }, c.req.valid('json'));
  })
  .post('/:name/viewers/:peerId/ban', admit('operator'), takeBody(Expulsion), (c) => {
    return expel(c, { kind: 'ban', peerId: c.req.param('peerId') }, c.req.valid('json'));
  })
  .get('/:name/bans', admit('operator'), takeQuery(PageQuery), async (c) => {
    const { name } = await knownChannel(c.env, c.req.param('name'));
    return c.json(pageIn(await channelOf(c.env, name).bans(), ({ id }) => id, c.req.valid('query')));
  })
  .post('/:name/bans', admit('operator'), takeBody(NewBan), (c) => {
    const { viewer: subject, ...terms } = c.req.valid('json');
    return expel(c, { kind: 'ban', subject }, terms);
  })
  .delete('/:name/bans/:id', admit('operator'), async (c) => {
    const { name } = await knownChannel(c.env, c.req.param('name'));
    if (await channelOf(c.env, name).liftBan(c.req.param('id'))) return c.body(null, 204);
    throw new Failure(404, 'unknown-ban', 'there is no such ban', { field: 'id' });
  });

async function expel(
  c: BansContext,
  whom: Pick<ExpulsionOrder, 'kind' | 'peerId' | 'subject'>,
  { reason, ttlS, rotateKeys: rotates }: v.InferOutput<typeof Expulsion>,
) {
  const { name, settings } = await knownChannel(c.env, c.req.param('name') ?? '');
  const verdict = await channelOf(c.env, name).expel({
    ...whom,
    reason,
    by: c.get('caller').subject,
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
  return whom.kind === 'kick' ? c.body(null, 204) : c.json({ ban: verdict.ban }, 201);
}
