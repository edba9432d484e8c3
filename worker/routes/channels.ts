/** `/api/channels`: the admin's resource of a channel. */
import { Hono } from 'hono';
import { ChannelEdit, type ChannelResource, NewChannel } from '../../protocol/channel.ts';
import { type Page, SearchQuery } from '../../protocol/page.ts';
import type { ChannelNews } from '../../protocol/report.ts';
import { allow } from '../access/allow.ts';
import { channelsOf } from '../access/may-see.ts';
import { admit, look, unknownChannel } from '../channel-gate.ts';
import { boardOf, directoryOf, type Env, replaysOf } from '../env.ts';
import { Failure } from '../failure.ts';
import { takeBody, takeQuery } from '../input.ts';
import { askLeaseDesk } from '../lease-desk.ts';

/** A channel in the list: with what the Board last heard of it. */
export type ListedChannel = ChannelResource & Omit<ChannelNews, 'name' | 'state' | 'reason'>;

export const channels = new Hono<{ Bindings: Env }>()
  .get('/', takeQuery(SearchQuery), async (c) => {
    const caller = await allow({ to: 'admin', role: 'reports', tenants: true }, c.req.raw, c.env);
    const only = caller.tenant === undefined ? undefined : [...await channelsOf(c.env, caller.tenant)];
    const page = await directoryOf(c.env).page(c.req.valid('query'), only);
    const told = await boardOf(c.env).news(page.items.map(({ name }) => name));
    const news = new Map(told.map((one) => [one.name, one]));
    const items = page.items.map((channel): ListedChannel => {
      const { viewers = 0, egressKbps = 0, offload = null, spark = [] } = news.get(channel.name) ?? {};
      return { ...channel, viewers, egressKbps, offload, spark };
    });
    const answer: Page<ListedChannel> = { ...page, items };
    return c.json(answer);
  })
  .post('/', admit('operator'), takeBody(NewChannel), async (c) => {
    const { name, title, settings } = c.req.valid('json');
    const made = await directoryOf(c.env).create(name, title ?? name, settings);
    if (!made) {
      throw new Failure(409, 'name-taken', `a channel named ${name} exists already`, { field: 'name' });
    }
    return c.json(made, 201);
  })
  .get('/:name', look, async (c) => {
    return c.json({ channel: found(await directoryOf(c.env).get(c.req.param('name'))) });
  })
  .patch('/:name', admit('operator'), takeBody(ChannelEdit), async (c) => {
    const name = c.req.param('name');
    const edit = c.req.valid('json');
    const directory = directoryOf(c.env);
    const channel = found(await directory.get(name));
    const settings = { ...channel.settings, ...edit.settings };
    return c.json({ channel: found(await directory.edit(name, edit.title ?? channel.title, settings)) });
  })
  .delete('/:name', admit('operator'), async (c) => {
    const name = c.req.param('name');
    found(await directoryOf(c.env).get(name));
    await askLeaseDesk(c.env, 'revokeChannel', name);
    if (!await directoryOf(c.env).remove(name)) throw unknownChannel();
    await replaysOf(c.env, name).removeAll();
    return c.body(null, 204);
  })
  .post('/:name/start', admit('operator'), async (c) => {
    const name = c.req.param('name');
    return c.json({ channel: found(await directoryOf(c.env).start(name)) });
  })
  .post('/:name/stop', admit('operator'), async (c) => {
    const name = c.req.param('name');
    return c.json({ channel: found(await directoryOf(c.env).stop(name)) });
  })
  .post('/:name/key', admit('operator'), async (c) => {
    const name = c.req.param('name');
    return c.json({ streamKey: found(await directoryOf(c.env).resetKey(name)) });
  })
  .get('/:name/ingest', look, async (c) => {
    return c.json({ ingest: await directoryOf(c.env).ingest(c.req.param('name')) ?? null });
  });

function found<T>(value: T | undefined): T {
  if (value === undefined) throw unknownChannel();
  return value;
}
