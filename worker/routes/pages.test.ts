import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { bindings, makeChannel } from '../testing/edge.ts';

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

test('every address of the dashboard is the one page, which finds its way itself', async () => {
  const edge = edgeWith({ '/admin.html': 'admin' });
  for (const path of ['/admin', '/admin/channels/demo/settings', '/admin/audit']) {
    expect(await (await edge.get(path)).text()).toBe('admin');
  }
});

test('files of the player lie below /assets, and other sites may load them', async () => {
  const edge = edgeWith({ '/assets/player.js': 'code' });
  const response = await edge.get('/assets/player.js');
  expect(await response.text()).toBe('code');
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(edge.asked).toEqual(['/assets/player.js']);
});

test('parts with a hash in their name are kept for ever, what keeps its name is asked for again', async () => {
  const names = ['viewer-W453VM5U.js', 'viewer-W453VM5U.js.map', 'player.js', 'some-player.js'];
  const edge = edgeWith({
    '/watch.html': 'watch',
    ...Object.fromEntries(names.map((name) => [`/assets/${name}`, ''])),
  });
  const cacheOf = async (path: string) => (await edge.get(path)).headers.get('cache-control');
  expect(await cacheOf('/assets/viewer-W453VM5U.js')).toContain('immutable');
  expect(await cacheOf('/assets/viewer-W453VM5U.js.map')).toContain('immutable');
  for (const path of ['/assets/player.js', '/assets/some-player.js', '/watch/demo']) {
    expect(await cacheOf(path)).toBe('public, max-age=0, must-revalidate');
  }
});

test('pages load scripts from the edge alone and stand in no frame, but for the embed page', async () => {
  const built = Object.fromEntries(['watch', 'embed', 'admin'].map((name) => [`/${name}.html`, name]));
  const edge = edgeWith(built);
  const headersOf = async (path: string) => (await edge.get(path)).headers;
  for (const path of ['/watch/one', '/admin', '/embed/one']) {
    const headers = await headersOf(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy, path).toMatch(/script-src 'self' 'sha256-[A-Za-z0-9+/]{43}=';/);
    expect(policy, path).not.toContain('unsafe-eval');
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    expect(policy.includes("frame-ancestors 'none'"), path).toBe(path !== '/embed/one');
  }
  expect((await headersOf('/watch/one')).get('x-frame-options')).toBe('DENY');
  expect((await headersOf('/embed/one')).get('x-frame-options')).toBeNull();
});

test('the embed page of a channel with sites is framed by these and by the edge itself', async () => {
  const channel = `framed-${crypto.randomUUID().slice(0, 8)}`;
  await makeChannel(channel, { sites: ['example.com', 'https://*.example.org:8443'] });
  const edge = edgeWith({ '/embed.html': 'embed' });
  const headers = (await edge.get(`/embed/${channel}`)).headers;
  expect(headers.get('content-security-policy')).toMatch(
    /frame-ancestors 'self' http:\/\/example\.com:\* https:\/\/example\.com:\* https:\/\/\*\.example\.org:8443$/,
  );
  expect(headers.get('cache-control')).toBe('no-store');
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
