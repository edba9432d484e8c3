import { evictDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { directoryOf } from '../env.ts';
import { ask, bindings, ControlSocket, eventually, makeChannel, originToken } from '../testing/edge.ts';

const URL_OF_TESTS = 'https://other.example/watch/theirs';
const SOURCE_ID = '0123456789abcdef0123456789abcdef';

async function api(method: string, path: string, body?: unknown): Promise<Response> {
  return await ask(`/api/channels${path}`, {
    method,
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** A control socket of an origin that takes sources. */
async function openTaker(origin: string): Promise<ControlSocket> {
  const answer = await ask('/origin/control', {
    headers: { upgrade: 'websocket', authorization: `Bearer ${await originToken(origin)}` },
  });
  const socket = new ControlSocket(answer.webSocket!);
  socket.send({ type: 'hello', origin, live: [], sources: true });
  await socket.take('sources');
  return socket;
}

/** Waits for the next list of sources that is as it should be. */
async function untilTold(socket: ControlSocket, holds: (channels: string[]) => boolean) {
  for (;;) {
    const { sources } = await socket.take('sources');
    if (holds(sources.map(({ channel }) => channel))) return sources;
  }
}

async function publish(socket: ControlSocket, channel: string): Promise<string> {
  const id = Math.floor(Math.random() * 1e9);
  const nowMs = Date.now();
  socket.send({ type: 'publish', id, channel, key: '', nowMs, remote: 'source', source: SOURCE_ID });
  const answers = () => socket.got.find((one) => 'id' in one && one.id === id);
  return (await eventually(async () => answers(), (one) => one !== undefined))!.type;
}

test('the token of a source is given to the origin, and shown to nobody', async () => {
  await makeChannel('ours-1');
  const origin = await openTaker('taker-1');
  const put = await api('PUT', '/ours-1/source', { url: URL_OF_TESTS, token: 'very-secret-token' });
  expect(await put.text()).not.toContain('very-secret-token');
  expect(await untilTold(origin, (channels) => channels.includes('ours-1'))).toContainEqual({
    channel: 'ours-1',
    url: URL_OF_TESTS,
    token: 'very-secret-token',
  });
  await evictDurableObject(directoryOf(bindings));
  const got = await (await api('GET', '/ours-1/source')).text();
  expect(JSON.parse(got)).toMatchObject({ source: { url: URL_OF_TESTS, hasToken: true } });
  expect(got).not.toContain('very-secret-token');
  expect((await api('DELETE', '/ours-1/source')).status).toBe(204);
  await untilTold(origin, (channels) => !channels.includes('ours-1'));
  origin.close();
});

test('only the origin that a source was dealt to may publish it, and only while there is one', async () => {
  await makeChannel('ours-2');
  await makeChannel('ours-3');
  const early = await openTaker('taker-early');
  const late = await openTaker('taker-late');
  await api('PUT', '/ours-2/source', { url: URL_OF_TESTS });
  await untilTold(late, (channels) => channels.includes('ours-2'));
  expect(await publish(early, 'ours-2')).toBe('refused');
  expect(await publish(late, 'ours-3')).toBe('refused');
  expect(await publish(late, 'ours-2')).toBe('granted');
  late.close();
  await untilTold(early, (channels) => channels.includes('ours-2'));
  early.close();
});

test('addresses inside, addresses of no channel and protected channels are refused with their field', async () => {
  await makeChannel('ours-4', { drm: 'cenc' });
  await makeChannel('ours-5');
  for (
    const url of ['http://other.example/watch/x', 'https://127.0.0.1/watch/x', 'https://other.example/', 'x']
  ) {
    const refused = await api('PUT', '/ours-5/source', { url });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { field: 'url' } }]);
  }
  const refused = await api('PUT', '/ours-4/source', { url: URL_OF_TESTS });
  expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'protected' } }]);
  expect((await api('PUT', '/no-such-channel/source', { url: URL_OF_TESTS })).status).toBe(404);
});
