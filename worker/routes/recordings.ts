/** `/api/channels/:name/recording` and `…/recordings`: starting, stopping, listing and deleting recordings. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeQuery } from '../input.ts';
import { PageQuery } from '../../protocol/page.ts';
import { directoryOf, type Env, replaysOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { pageIn } from '../page.ts';
import { needsEncryption } from '../replay/needs-encryption.ts';
import { replayStore } from '../replay/store.ts';

export const recordings = new Hono<{ Bindings: Env }>()
  .post('/:name/recording', admit('operator'), async (c) => {
    replayStore(c.env);
    return c.json({ channel: await record(c.env, c.req.param('name'), true) });
  })
  .delete('/:name/recording', admit('operator'), async (c) => {
    return c.json({ channel: await record(c.env, c.req.param('name'), false) });
  })
  .get('/:name/recordings', admit('reports'), takeQuery(PageQuery), async (c) => {
    const channel = await known(c.env, c.req.param('name'));
    return c.json(pageIn(await replaysOf(c.env, channel.name).list(), ({ id }) => id, c.req.valid('query')));
  })
  .get('/:name/recordings/:id', admit('reports'), async (c) => {
    const recording = await replaysOf(c.env, c.req.param('name')).get(c.req.param('id'));
    if (!recording) throw unknownRecording();
    return c.json({ recording });
  })
  .delete('/:name/recordings/:id', admit('operator'), async (c) => {
    if (!await replaysOf(c.env, c.req.param('name')).remove(c.req.param('id'))) throw unknownRecording();
    return c.body(null, 204);
  });

/** Recording is a setting of the channel: the origin follows it at once. */
async function record(env: Env, name: string, on: boolean) {
  const channel = await known(env, name);
  if (on && channel.settings.access !== 'public' && channel.settings.drm === 'off') throw needsEncryption();
  const settings = { ...channel.settings, record: on };
  const edited = await directoryOf(env).edit(name, channel.title, settings);
  if (!edited) throw unknownChannel();
  return edited;
}

async function known(env: Env, name: string) {
  const channel = await directoryOf(env).get(name);
  if (!channel) throw unknownChannel();
  return channel;
}

function unknownChannel(): Failure {
  return new Failure(404, 'unknown-channel', 'there is no such channel', { field: 'name' });
}

function unknownRecording(): Failure {
  return new Failure(404, 'unknown-recording', 'there is no such recording', { field: 'id' });
}
