/** All of it works at 1,000 channels. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { beforeAll, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../protocol/channel.ts';
import type { Page } from '../../protocol/page.ts';
import { boardOf, directoryOf } from '../env.ts';
import { ChannelBook } from '../store/channel-book.ts';
import { FigureBook } from '../store/figure-book.ts';
import { ask, bindings } from '../testing/edge.ts';
import { apiAsk, apiGet } from '../testing/figures.ts';
import type { ListedChannel } from './channels.ts';

const COUNT = 1000;
const nameOf = (n: number) => `many-${String(n).padStart(4, '0')}`;

beforeAll(async () => {
  // Written as the objects do it, without a thousand objects for channels that nobody uses.
  await runInDurableObject(directoryOf(bindings), (_, { storage }) => {
    const book = new ChannelBook(storage.sql);
    for (let n = 0; n < COUNT; n++) {
      book.create(
        nameOf(n),
        n === 500 ? 'The one with a title' : nameOf(n),
        DEFAULT_SETTINGS,
        '2026-01-01T00:00:00Z',
      );
    }
  });
  await runInDurableObject(boardOf(bindings), (_, { storage }) => {
    const book = new FigureBook(storage.sql);
    for (let n = 0; n < COUNT; n++) book.put(nameOf(n), { state: 'idle', reason: '' });
  });
  await evictDurableObject(boardOf(bindings));
});

test('pages hold every channel once, in order', async () => {
  const seen: string[] = [];
  let after = '';
  let pages = 0;
  for (;;) {
    const page = await apiGet<Page<ListedChannel>>(`channels?limit=300${after}`);
    seen.push(...page.items.map(({ name }) => name));
    pages++;
    if (page.next === undefined) break;
    after = `&after=${page.next}`;
  }
  expect(pages).toBe(4);
  expect(seen).toEqual(Array.from({ length: COUNT }, (_, n) => nameOf(n)));
});

test('a channel is found by name or title', async () => {
  const found = async (query: string) =>
    (await apiGet<Page<ListedChannel>>(`channels?query=${query}`)).items.map(({ name }) => name);
  expect(await found('ny-0777')).toEqual(['many-0777']);
  expect(await found('with%20a%20TITLE')).toEqual(['many-0500']);
  expect(await found('%25')).toEqual([]);
});

test('one is edited, made and deleted among all the others', async () => {
  expect((await apiAsk('PATCH', 'channels/many-0999', { title: 'Last' })).status).toBe(200);
  expect((await apiAsk('POST', 'channels', { name: 'many-1000' })).status).toBe(201);
  expect((await apiAsk('POST', 'channels', { name: 'many-0000' })).status).toBe(409);
  expect((await apiAsk('DELETE', 'channels/many-1000')).status).toBe(204);
  const { items } = await apiGet<Page<ListedChannel>>('channels?limit=2&after=many-0997');
  expect(items.map(({ title }) => title)).toEqual(['many-0998', 'Last']);
});

test('metrics name them all', async () => {
  const text = await (await ask('/metrics')).text();
  expect(text.match(/^shoal_channel_live\{/gm)?.length).toBe(COUNT);
});
