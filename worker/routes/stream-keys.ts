/** `/api/channels/:name/stream-keys`: what encoders publish with. A key is shown once, when it is made or reset. */
import { Hono } from 'hono';
import { admit } from '../channel-gate.ts';
import { takeBody } from '../input.ts';
import { NewStreamKey, StreamKeyEdit } from '../../protocol/access.ts';
import { directoryOf, type Env } from '../env.ts';
import { Failure } from '../failure.ts';
import { MOST_STREAM_KEYS } from '../store/stream-key-book.ts';
import { knownChannel } from './known-channel.ts';

export const streamKeys = new Hono<{ Bindings: Env }>()
  .get('/:name/stream-keys', admit('operator'), async (c) => {
    const { name } = await knownChannel(c.env, c.req.param('name'));
    return c.json({ items: found(await directoryOf(c.env).streamKeys(name)) });
  })
  .post('/:name/stream-keys', admit('operator'), takeBody(NewStreamKey), async (c) => {
    const { name } = await knownChannel(c.env, c.req.param('name'));
    const { label } = c.req.valid('json');
    const made = await directoryOf(c.env).addStreamKey(name, label);
    if (made) return c.json(made, 201);
    throw new Failure(409, 'too-many', `a channel has at most ${MOST_STREAM_KEYS} stream keys`);
  })
  .post('/:name/stream-keys/:id/reset', admit('operator'), async (c) => {
    const { name, id } = c.req.param();
    return c.json(found(await directoryOf(c.env).resetStreamKey(name, id)));
  })
  .patch('/:name/stream-keys/:id', admit('operator'), takeBody(StreamKeyEdit), async (c) => {
    const { name, id } = c.req.param();
    const { label, disabled } = c.req.valid('json');
    const edit = {
      ...(label === undefined ? {} : { label }),
      ...(disabled === undefined ? {} : { disabled }),
    };
    return c.json({ key: found(await directoryOf(c.env).editStreamKey(name, id, edit)) });
  })
  .delete('/:name/stream-keys/:id', admit('operator'), async (c) => {
    const { name, id } = c.req.param();
    if (await directoryOf(c.env).removeStreamKey(name, id)) return c.body(null, 204);
    throw unknownKey();
  });

function found<T>(value: T | undefined): T {
  if (value === undefined) throw unknownKey();
  return value;
}

function unknownKey(): Failure {
  return new Failure(404, 'unknown-key', 'there is no such stream key', { field: 'id' });
}
