import { expect, test } from 'vitest';
import type { OriginResource } from '../../protocol/control.ts';
import { ask, eventually, originToken } from '../testing/edge.ts';

async function connected(): Promise<OriginResource[]> {
  const response = await ask('/api/origins?limit=500', {
    headers: { authorization: 'Bearer admin-token-of-the-tests' },
  });
  return (await response.json<{ items: OriginResource[] }>()).items;
}

test('a connected origin is listed with the addresses it says hello with, and leaves the list with its socket', async () => {
  const { webSocket } = await ask('/origin/control', {
    headers: { upgrade: 'websocket', authorization: `Bearer ${await originToken('o-listed')}` },
  });
  webSocket!.accept();
  const ingest = ['rtmp://ingest.example:1935/live'];
  webSocket!.send(JSON.stringify({ type: 'hello', origin: 'o-listed', live: [], ingest }));
  const mine = async () => (await connected()).find(({ id }) => id === 'o-listed');
  expect(await eventually(mine, (found) => found?.ingest.length === 1)).toMatchObject({ ingest });
  webSocket!.close();
  expect(await eventually(mine, (found) => found === undefined)).toBeUndefined();
});

test('an address that is no RTMP address closes the socket that says it', async () => {
  const { webSocket } = await ask('/origin/control', {
    headers: { upgrade: 'websocket', authorization: `Bearer ${await originToken('o-odd')}` },
  });
  const closed = new Promise<number>((resolve) =>
    webSocket!.addEventListener('close', ({ code }) => resolve(code))
  );
  webSocket!.accept();
  const ingest = ['javascript:alert(1)'];
  webSocket!.send(JSON.stringify({ type: 'hello', origin: 'o-odd', live: [], ingest }));
  expect(await closed).toBe(1003);
});

test('only an admin may see the origins', async () => {
  expect((await ask('/api/origins')).status).toBe(401);
});
