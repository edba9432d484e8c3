import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { bindings } from '../testing/edge.ts';

/** The edge with these files as its built pages. */
function edgeWith(files: Record<string, string>) {
  const asked: string[] = [];
  const assets = {
    fetch: (request: Request) => {
      const path = new URL(request.url).pathname;
      asked.push(path);
      const file = files[path];
      const headers = { 'cache-control': 'public, max-age=0, must-revalidate' };
      return Promise.resolve(
        file === undefined ? new Response(null, { status: 404 }) : new Response(file, { headers }),
      );
    },
  };
  const env = { ...bindings, ASSETS: assets as unknown as Fetcher };
  return { asked, get: (path: string) => app.request(path, {}, env) };
}

test('every channel has the same watch page and embed page', async () => {
  const edge = edgeWith({ '/watch.html': 'watch', '/embed.html': 'embed' });
  expect(await (await edge.get('/watch/one')).text()).toBe('watch');
  expect(await (await edge.get('/watch/two')).text()).toBe('watch');
  expect(await (await edge.get('/embed/one')).text()).toBe('embed');
});

test('files of the player lie below /assets, and other sites may load them', async () => {
  const edge = edgeWith({ '/player.js': 'code' });
  const response = await edge.get('/assets/player.js');
  expect(await response.text()).toBe('code');
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(edge.asked).toEqual(['/player.js']);
});

test('parts with a hash in their name are kept for ever, what keeps its name is asked for again', async () => {
  const names = ['viewer-W453VM5U.js', 'viewer-W453VM5U.js.map', 'player.js', 'some-player.js'];
  const edge = edgeWith({
    '/watch.html': 'watch',
    ...Object.fromEntries(names.map((name) => [`/${name}`, ''])),
  });
  const cacheOf = async (path: string) => (await edge.get(path)).headers.get('cache-control');
  expect(await cacheOf('/assets/viewer-W453VM5U.js')).toContain('immutable');
  expect(await cacheOf('/assets/viewer-W453VM5U.js.map')).toContain('immutable');
  for (const path of ['/assets/player.js', '/assets/some-player.js', '/watch/demo']) {
    expect(await cacheOf(path)).toBe('public, max-age=0, must-revalidate');
  }
});

test('a page that is not built says so plainly', async () => {
  const response = await edgeWith({}).get('/watch/one');
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('built') } });
});

test('an edge without assets still answers', async () => {
  const response = await app.request('/watch/one', {}, { ...bindings, ASSETS: undefined });
  expect(response.status).toBe(404);
});
