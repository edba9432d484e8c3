/** The typed client: `typeof app` knows every route, what it takes and what it answers. */
import { hc } from 'hono/client';
import { expect, test } from 'vitest';
import { type App, app } from './app.ts';
import { bindings } from './testing/edge.ts';

const client = hc<App>('http://edge.example', {
  headers: { authorization: 'Bearer admin-token-of-the-tests' },
  fetch: (input: RequestInfo | URL, init?: RequestInit) => app.request(input as string, init, bindings),
});

test('the client makes a channel and reads it back, typed from the routes', async () => {
  const made = await client.api.channels.$post({ json: { name: 'typed', settings: { windowS: 40 } } });
  const { streamKey, channel } = await made.json();
  expect([streamKey.length, channel.settings.windowS]).toEqual([24, 40]);
  const page = await client.api.channels.$get({ query: { query: 'typed', limit: '10' } });
  const { items } = await page.json();
  expect(items.map(({ name, viewers, spark }) => [name, viewers, spark])).toEqual([['typed', 0, []]]);
  const figures = await client.api.channels[':name'].figures.$get({ param: { name: 'typed' } });
  const { now, totals } = await figures.json();
  expect([now.viewers, totals.edge.seed]).toEqual([0, 0]);
});
