/** `deno task serve`: bare workerd and the origin on one machine, without anything of a cloud. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { toBase64Url } from '../../protocol/bytes.ts';
import { startServed } from '../served.ts';

Deno.test('serve brings a whole Shoal up, SIGTERM leaves nothing behind, and a restart finds everything again', async () => {
  const state = await Deno.makeTempDir({ prefix: 'shoal-serve-' });
  try {
    const first = await startServed({ state });
    let streamKey: string;
    try {
      const made = await first.api('POST', '/channels', { name: 'kept', title: 'Kept' });
      streamKey = String(made.streamKey);
      const page = await fetch(`${first.url}/watch/kept`);
      assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
      assert.match(await page.text(), /<shoal-player/);
      const missing = await fetch(`${first.url}/assets/none.js`);
      await missing.body?.cancel();
      assert.equal(missing.status, 404);

      const infoHash = '5e'.repeat(20);
      await first.api('PUT', `/torrents/${infoHash}`);
      const announce = `${first.url}/swarm/${infoHash}/announce`;
      assert.equal(await extensionsOf(announce), undefined, 'no frame of a browser is deflated');

      const secrets = await Deno.stat(`${state}/secrets.json`);
      assert.equal(secrets.mode! & 0o777, 0o600);
      const config = await Deno.readTextFile(`${state}/run/workerd.capnp`);
      const values = Object.values(JSON.parse(await Deno.readTextFile(`${state}/secrets.json`))) as string[];
      assert.ok(values.length >= 4);
      for (const value of values) assert.ok(!config.includes(value), 'no secret stands in the configuration');
    } finally {
      assert.deepEqual(await first.stop(), { code: 0, left: [] });
    }
    const second = await startServed({ state });
    try {
      assert.equal(second.adminToken, first.adminToken);
      const { channel } = await second.api('GET', '/channels/kept') as { channel: { title: string } };
      assert.equal(channel.title, 'Kept');
      assert.ok(!second.log().includes(streamKey), 'a stream key is in no log');
      const joined = await fetch(`${second.url}/join/kept`, {
        method: 'POST',
        body: JSON.stringify({ peerKey: toBase64Url(crypto.getRandomValues(new Uint8Array(32))) }),
      });
      assert.equal((await joined.json() as { state: string }).state, 'idle');
    } finally {
      assert.deepEqual(await second.stop(), { code: 0, left: [] });
    }
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});

Deno.test('serve says which port is taken, and leaves nothing behind', async () => {
  const state = await Deno.makeTempDir({ prefix: 'shoal-serve-' });
  const taken = Deno.listen({ hostname: '127.0.0.1', port: 0 });
  try {
    const port = String((taken.addr as Deno.NetAddr).port);
    await assert.rejects(startServed({ state, flags: ['--port', port] }), /port \d+ is taken/);
  } finally {
    taken.close();
    await Deno.remove(state, { recursive: true });
  }
});

/** What the server says to a browser's offer of permessage-deflate. */
async function extensionsOf(announce: string): Promise<string | undefined> {
  const asked = request(announce, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
    },
  });
  asked.end();
  const [answer, socket] = await once(asked, 'upgrade') as [
    { headers: Record<string, string> },
    { destroy(): void },
  ];
  socket.destroy();
  return answer.headers['sec-websocket-extensions'];
}
