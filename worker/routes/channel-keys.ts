/** `/api/channels/:name/keys`: the content keys of a protected channel, by id and time. Keys themselves never leave. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody } from '../input.ts';
import { ContentKeyRotation } from '../../protocol/access.ts';
import type { ChannelResource } from '../../protocol/channel.ts';
import { rotateKeys } from '../content-keys.ts';
import { directoryOf, type Env, keysOf } from '../env.ts';
import { Failure } from '../failure.ts';

export const channelKeys = new Hono<{ Bindings: Env }>()
  .get('/:name/keys', admit('operator'), async (c) => {
    const { name } = await protectedChannel(c.env, c.req.param('name'));
    const items = await keysOf(c.env, name).list();
    return c.json({
      items: items.map(({ number, keyId, startsAtMs }) => ({
        number,
        keyId,
        startsAt: new Date(startsAtMs).toISOString(),
      })),
    });
  })
  .post('/:name/keys/rotate', admit('operator'), takeBody(ContentKeyRotation), async (c) => {
    const { name, settings } = await protectedChannel(c.env, c.req.param('name'));
    const { revoke } = c.req.valid('json');
    await rotateKeys(c.env, name, settings, revoke);
    return c.body(null, 204);
  });

async function protectedChannel(env: Env, name: string): Promise<ChannelResource> {
  const channel = await directoryOf(env).get(name);
  if (!channel) {
    throw new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'name' });
  }
  if (channel.settings.drm !== 'off') return channel;
  throw new Failure(409, 'not-protected', 'this channel is not encrypted: set drm to cenc or cbcs');
}
