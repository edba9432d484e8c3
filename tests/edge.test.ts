import assert from 'node:assert/strict';
import { assetHeaders, assetRewrites } from '../scripts/asset-rules.ts';
import { EDGE_SECRETS, startEdge } from './edge.ts';

Deno.test('a test edge answers, refuses a wrong admin token, and keeps its channels over a restart', async () => {
  const storage = await Deno.makeTempDir();
  const authorization = `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}`;
  try {
    const edge = await startEdge({ storage });
    try {
      assert.deepEqual(await (await fetch(`${edge.url}/healthz`)).json(), { ok: true, missing: [] });
      const refused = await fetch(`${edge.url}/api/channels`, { headers: { authorization: 'Bearer guess' } });
      assert.equal(refused.status, 401);
      await refused.body?.cancel();
      const made = await fetch(`${edge.url}/api/channels`, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify({ name: 'demo' }),
      });
      assert.equal(made.status, 201, await made.text());
    } finally {
      await edge.stop();
    }
    const again = await startEdge({ storage });
    try {
      const list = await fetch(`${again.url}/api/channels`, { headers: { authorization } });
      const { items } = await list.json() as { items: { name: string }[] };
      assert.equal(items[0]?.name, 'demo');
    } finally {
      await again.stop();
    }
  } finally {
    await Deno.remove(storage, { recursive: true });
  }
});

Deno.test('the watch page and the files of the player cost no request of the Worker, the embed page does', async () => {
  const assets = await Deno.makeTempDir();
  await Deno.mkdir(`${assets}/assets`);
  const files = {
    'watch.html': 'watch',
    'embed.html': 'embed',
    'assets/viewer-W453VM5U.js': 'code',
    _headers: assetHeaders(['viewer-W453VM5U.js']),
    _redirects: assetRewrites(),
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${assets}/${name}`, text);
  const edge = await startEdge({ assets });
  try {
    const get = async (path: string) => {
      const response = await fetch(`${edge.url}${path}`);
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    const watch = await get('/watch/demo');
    assert.equal(watch.text, 'watch');
    assert.match(watch.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    const code = await get('/assets/viewer-W453VM5U.js');
    assert.equal(code.text, 'code');
    assert.match(code.headers.get('cache-control') ?? '', /immutable/);
    assert.equal(code.headers.get('access-control-allow-origin'), '*');
    // The Worker would say what is missing.
    assert.deepEqual([(await get('/assets/none.js')).text, (await get('/watch/a/b')).text], ['', '']);
    assert.equal((await get('/watch.html')).status, 404);
    assert.match(
      (await get('/embed/demo')).headers.get('content-security-policy') ?? '',
      /frame-ancestors \*/,
    );
  } finally {
    await edge.stop();
    await Deno.remove(assets, { recursive: true });
  }
});
