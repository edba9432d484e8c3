/** `/api/channels/:name/source`: another Shoal's channel as the input of this one. The owner's alone. */
import { Hono } from 'hono';
import { NewSource } from '../../protocol/source.ts';
import { allow } from '../access/allow.ts';
import { targetProblem } from '../access/hook-target.ts';
import { parseBody } from '../body.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';

/** Longest body that is read, in bytes. */
const MAX_BODY_BYTES = 16 * 1024;

export const sources = new Hono<{ Bindings: Env }>()
  .get('/:name/source', async (c) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    return c.json({ source: await directoryOf(c.env).source(c.req.param('name')) ?? null });
  })
  .put('/:name/source', async (c) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    const source = parseBody(await c.req.text(), NewSource, MAX_BODY_BYTES);
    const problem = targetProblem(source.url, c.env.SHOAL_HOOKS_LOCAL === '1');
    if (problem) throw new Failure(400, 'bad-field', `url: ${problem}`, { field: 'url' });
    const directory = directoryOf(c.env);
    const channel = await directory.get(c.req.param('name'));
    if (!channel) throw new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'name' });
    if (channel.settings.drm !== 'off') {
      const message = 'a protected channel cannot take another one as its input: switch drm off first';
      throw new Failure(409, 'protected', message, { field: 'drm' });
    }
    return c.json({ source: await directory.setSource(channel.name, source) });
  })
  .delete('/:name/source', async (c) => {
    await allow({ to: 'admin', role: 'owner' }, c.req.raw, c.env);
    if (!await directoryOf(c.env).removeSource(c.req.param('name'))) {
      throw new Failure(404, 'no-source', 'this channel has no source');
    }
    return c.body(null, 204);
  });
