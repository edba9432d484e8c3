/** `/api/channels/:name/source`: another Shoal's channel as the input of this one. The owner's alone. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody } from '../input.ts';
import { NewSource } from '../../protocol/source.ts';
import { targetProblem } from '../access/hook-target.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';

export const sources = new Hono<{ Bindings: Env }>()
  .get('/:name/source', admit('owner'), async (c) => {
    return c.json({ source: await directoryOf(c.env).source(c.req.param('name')) ?? null });
  })
  .put('/:name/source', admit('owner'), takeBody(NewSource), async (c) => {
    const source = c.req.valid('json');
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
  .delete('/:name/source', admit('owner'), async (c) => {
    if (!await directoryOf(c.env).removeSource(c.req.param('name'))) {
      throw new Failure(404, 'no-source', 'this channel has no source');
    }
    return c.body(null, 204);
  });
