import { expect, test } from 'vitest';
import { fromHex, toBinaryString } from '../../protocol/bytes.ts';
import { ask } from '../testing/edge.ts';

const HASH = '5a'.repeat(20);
const admin = (method: string, hash: string) =>
  ask(`/api/torrents/${hash}`, { method, headers: { authorization: 'Bearer admin-token-of-the-tests' } });

/** What the tracker says to a stock client that announces. */
async function announce(infoHash: string): Promise<Record<string, unknown>> {
  const response = await ask(`/swarm/${infoHash}/announce`, { headers: { upgrade: 'websocket' } });
  const socket = response.webSocket!;
  socket.accept();
  const said = new Promise<string>((resolve) =>
    socket.addEventListener('message', ({ data }) => resolve(data as string))
  );
  const info_hash = toBinaryString(fromHex(infoHash)!);
  socket.send(
    JSON.stringify({ action: 'announce', info_hash, peer_id: 'p'.repeat(20), left: 1, offers: [] }),
  );
  const answer = JSON.parse(await said);
  socket.close();
  return answer;
}

test('an info-hash is served from its registration to its removal, and no other is', async () => {
  expect(await announce(HASH)).toHaveProperty('failure reason');
  const made = await admin('PUT', HASH);
  expect(made.status).toBe(200);
  expect(await made.json()).toEqual({
    torrent: { infoHash: HASH, announcePath: `/swarm/${HASH}/announce` },
  });
  expect(await announce(HASH)).toMatchObject({ action: 'announce', incomplete: 1 });
  expect(await announce('6b'.repeat(20))).toHaveProperty('failure reason');
  expect((await admin('DELETE', HASH)).status).toBe(204);
  expect(await announce(HASH)).toHaveProperty('failure reason');
});

test('registering twice and removing what is not there are no errors', async () => {
  const hash = '7c'.repeat(20);
  for (const method of ['DELETE', 'PUT', 'PUT']) expect((await admin(method, hash)).ok).toBe(true);
  expect((await admin('GET', hash.toUpperCase())).status).toBe(200);
  expect((await admin('DELETE', hash)).ok).toBe(true);
  expect((await admin('GET', hash)).status).toBe(404);
});

test('only an admin registers, and only an info-hash', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    expect((await ask(`/api/torrents/${HASH}`, { method })).status).toBe(401);
    const wrong = await admin(method, 'not-a-hash');
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: { field: 'infoHash' } });
  }
});
