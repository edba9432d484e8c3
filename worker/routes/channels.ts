/** `/api/channels`: the admin's resource of a channel. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { ChannelName, ChannelSettings } from '../../protocol/channel.ts';
import { allow } from '../access/allow.ts';
import { directoryOf, type Env } from '../env.ts';
import { parseBody } from '../body.ts';
import { Failure } from '../failure.ts';

const Title = v.pipe(v.string(), v.maxLength(200));
const NewChannel = v.object({
  name: ChannelName,
  title: v.optional(Title),
  settings: v.optional(ChannelSettings, {}),
});
const ChannelEdit = v.object({
  title: v.optional(Title),
  settings: v.optional(v.partial(ChannelSettings)),
});
/** Longest body that is read, in bytes. */
const MAX_BODY_BYTES = 64 * 1024;

export const channels = new Hono<{ Bindings: Env }>()
  .use(async (c, next) => {
    await allow({ to: 'admin', role: c.req.method === 'GET' ? 'reports' : 'operator' }, c.req.raw, c.env);
    await next();
  })
  .get('/', async (c) => c.json({ channels: await directoryOf(c.env).list() }))
  .post('/', async (c) => {
    const { name, title, settings } = parseBody(await c.req.text(), NewChannel, MAX_BODY_BYTES);
    const made = await directoryOf(c.env).create(name, title ?? name, settings);
    if (!made) {
      throw new Failure(409, 'name-taken', `a channel named ${name} exists already`, { field: 'name' });
    }
    return c.json(made, 201);
  })
  .get('/:name', async (c) => c.json({ channel: found(await directoryOf(c.env).get(c.req.param('name'))) }))
  .patch('/:name', async (c) => {
    const edit = parseBody(await c.req.text(), ChannelEdit, MAX_BODY_BYTES);
    const directory = directoryOf(c.env);
    const channel = found(await directory.get(c.req.param('name')));
    const settings = { ...channel.settings, ...edit.settings };
    return c.json({
      channel: found(await directory.edit(channel.name, edit.title ?? channel.title, settings)),
    });
  })
  .delete('/:name', async (c) => {
    if (!await directoryOf(c.env).remove(c.req.param('name'))) throw unknownChannel();
    return c.body(null, 204);
  })
  .post(
    '/:name/start',
    async (c) => c.json({ channel: found(await directoryOf(c.env).start(c.req.param('name'))) }),
  )
  .post(
    '/:name/stop',
    async (c) => c.json({ channel: found(await directoryOf(c.env).stop(c.req.param('name'))) }),
  )
  .post('/:name/key', async (c) => {
    return c.json({ streamKey: found(await directoryOf(c.env).resetKey(c.req.param('name'))) });
  })
  .get('/:name/ingest', async (c) => {
    found(await directoryOf(c.env).get(c.req.param('name')));
    return c.json({ ingest: await directoryOf(c.env).ingest(c.req.param('name')) ?? null });
  });

function found<T>(value: T | undefined): T {
  if (value === undefined) throw unknownChannel();
  return value;
}

function unknownChannel(): Failure {
  return new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'name' });
}
