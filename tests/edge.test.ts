import assert from 'node:assert/strict';
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
