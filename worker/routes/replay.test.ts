import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { toHex } from '../../protocol/bytes.ts';
import {
  type RecordingResource,
  type Replay,
  REPLAY_CHUNK_BYTES,
  REPLAY_PIECE_BYTES,
} from '../../protocol/replay.ts';
import { type ChannelSettings } from '../../protocol/channel.ts';
import { bucketStore, keyOf } from '../replay/store.ts';
import { admin, ask, bindings, makeChannel, originToken } from '../testing/edge.ts';

const LENGTH = REPLAY_CHUNK_BYTES + REPLAY_PIECE_BYTES + 1000;
const START = { broadcastId: 'ab'.repeat(16), startedAtMs: Date.UTC(2026, 10, 22, 20), isEncrypted: false };
const END = { length: LENGTH, durationMs: 60_000, codecs: 'avc1.64001f,mp4a.40.2' };

/** A file whose bytes tell where they stand. */
const FILE = Uint8Array.from({ length: LENGTH }, (_, at) => (at * 2654435761) >>> 24);

async function put(path: string, body: BodyInit, token?: string): Promise<Response> {
  const authorization = `Bearer ${token ?? await originToken('o1')}`;
  return await ask(`/origin/replay/${path}`, { method: 'PUT', headers: { authorization }, body });
}

async function hashes(): Promise<string> {
  let text = '';
  for (let at = 0; at < LENGTH; at += REPLAY_PIECE_BYTES) {
    const piece = FILE.slice(at, at + REPLAY_PIECE_BYTES);
    text += String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-1', piece)));
  }
  return btoa(text);
}

let made = 0;

/** A finished recording of a new channel. */
async function recorded(
  settings: Partial<ChannelSettings> = {},
): Promise<{ channel: string; id: string; replay: Replay }> {
  const channel = `rec-${++made}`;
  await makeChannel(channel, settings);
  const id = toHex(crypto.getRandomValues(new Uint8Array(8)));
  expect((await put(`${channel}/${id}/start`, JSON.stringify(START))).status).toBe(204);
  expect((await put(`${channel}/${id}/chunk/1`, FILE.slice(REPLAY_CHUNK_BYTES))).status).toBe(204);
  expect((await put(`${channel}/${id}/chunk/0`, FILE.slice(0, REPLAY_CHUNK_BYTES))).status).toBe(204);
  const end = await put(`${channel}/${id}/end`, JSON.stringify({ ...END, pieces: await hashes() }));
  expect(end.status).toBe(200);
  const [item] = await list(channel);
  return { channel, id, replay: item!.replay! };
}

async function list(channel: string): Promise<RecordingResource[]> {
  return (await (await admin('GET', `/${channel}/recordings`)).json<{ items: RecordingResource[] }>()).items;
}

test('a recording comes up in chunks, in any order and again, and becomes a replay', async () => {
  const { channel, replay } = await recorded();
  const [item] = await list(channel);
  expect(item).toMatchObject({ channel, state: 'ready', reason: '', durationMs: 60_000, bytes: LENGTH });
  expect(replay).toMatchObject({
    bytes: LENGTH,
    codecs: END.codecs,
    cutShort: false,
    file: `/replay/${replay.infoHash}/${channel}-2026-11-22T20-00-00.mp4`,
  });
  const shown = await (await ask(`/replay/of/${channel}`)).json<{ items: Replay[] }>();
  expect(shown.items).toEqual([replay]);
});

test('the torrent file has the info-hash, the tracker and the web seed of this very edge', async () => {
  const { replay } = await recorded();
  const file = new Uint8Array(await (await ask(replay.torrent)).arrayBuffer());
  const text = Array.from(file, (byte) => String.fromCharCode(byte)).join('');
  const from = text.indexOf('4:info') + 6;
  const info = file.slice(from, text.indexOf('8:url-list'));
  expect(toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', info)))).toBe(replay.infoHash);
  expect(text).toContain(`wss://edge.example/swarm/${replay.infoHash}/announce`);
  expect(text).toContain(`https://edge.example${replay.file}`);
  const about = await (await ask(`/replay/about/${replay.infoHash}`)).json<{ magnet: string }>();
  expect(about.magnet).toContain(`xt=urn:btih:${replay.infoHash}&`);
  // The tracker knows it.
  expect((await admin('GET', `/../torrents/${replay.infoHash}`)).status).toBe(200);
});

test('the web seed answers ranges over the seams of chunks, heads and preflights', async () => {
  const { replay } = await recorded();
  const seam = REPLAY_CHUNK_BYTES;
  const part = await ask(replay.file, { headers: { range: `bytes=${seam - 10}-${seam + 9}` } });
  expect([part.status, part.headers.get('content-range')]).toEqual([
    206,
    `bytes ${seam - 10}-${seam + 9}/${LENGTH}`,
  ]);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(FILE.slice(seam - 10, seam + 10));
  const whole = await ask(replay.file);
  expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
  expect(toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', await whole.arrayBuffer()))))
    .toBe(toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', FILE))));
  const beyond = await ask(replay.file, { headers: { range: `bytes=${LENGTH}-` } });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${LENGTH}`]);
  const head = await ask(replay.file, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(LENGTH)]);
  const preflight = await ask(replay.file, { method: 'OPTIONS' });
  expect(preflight.headers.get('access-control-allow-headers')).toBe('cache-control, range');
});

test('within an egress cap the web seed gives what the cap lets through, and says when to come again', async () => {
  const { channel, replay } = await recorded({ egressCapKbps: 4000 });
  await ask(`/join/${channel}`, { method: 'POST', body: '{}' });
  const range = { headers: { range: 'bytes=0-499999' } };
  const statuses: number[] = [];
  for (let n = 0; n < 4; n++) {
    const answer = await ask(replay.file, range);
    statuses.push(answer.status);
    await answer.arrayBuffer();
    if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(statuses[0]).toBe(206);
  expect(statuses).toContain(503);
});

test('a deleted recording is gone with its bytes, its torrent and its place at the tracker', async () => {
  const { channel, id, replay } = await recorded();
  expect((await admin('DELETE', `/${channel}/recordings/${id}`)).status).toBe(204);
  expect(await list(channel)).toEqual([]);
  const store = bucketStore(bindings.REPLAY!);
  for (
    const key of [
      keyOf.chunk(id, 0),
      keyOf.chunk(id, 1),
      keyOf.info(replay.infoHash),
      keyOf.card(replay.infoHash),
    ]
  ) {
    expect(await store.get(key)).toBe(undefined);
  }
  expect((await admin('GET', `/../torrents/${replay.infoHash}`)).status).toBe(404);
  expect((await put(`${channel}/${id}/chunk/2`, FILE.slice(0, 10))).status).toBe(404);
});

test('with its channel a recording goes, too', async () => {
  const { channel, id, replay } = await recorded();
  expect((await admin('DELETE', `/${channel}`)).status).toBe(204);
  expect(await bucketStore(bindings.REPLAY!).get(keyOf.chunk(id, 0))).toBe(undefined);
  expect((await admin('GET', `/../torrents/${replay.infoHash}`)).status).toBe(404);
});

test('starting and stopping a recording is a setting of the channel', async () => {
  await makeChannel('rec-switch');
  const on = await (await admin('POST', '/rec-switch/recording')).json<
    { channel: { settings: ChannelSettings } }
  >();
  expect(on.channel.settings.record).toBe(true);
  const off = await (await admin('DELETE', '/rec-switch/recording')).json<
    { channel: { settings: ChannelSettings } }
  >();
  expect(off.channel.settings.record).toBe(false);
  expect((await admin('POST', '/nothing/recording')).status).toBe(404);
});

test('who is no origin sends nothing up, and what is malformed is named', async () => {
  await makeChannel('rec-odd');
  const id = '0123456789abcdef';
  expect((await put(`rec-odd/${id}/start`, JSON.stringify(START), 'forged')).status).toBe(401);
  expect((await put(`rec-odd/nope/start`, JSON.stringify(START))).status).toBe(400);
  expect((await put(`unknown/${id}/start`, JSON.stringify(START))).status).toBe(404);
  expect((await put(`rec-odd/${id}/chunk/0`, FILE.slice(0, 10))).status).toBe(404);
  await put(`rec-odd/${id}/start`, JSON.stringify(START));
  expect((await put(`rec-odd/${id}/chunk/0`, new Uint8Array(REPLAY_CHUNK_BYTES + 1))).status).toBe(413);
  const early = await put(`rec-odd/${id}/end`, JSON.stringify({ ...END, pieces: await hashes() }));
  expect([early.status, (await early.json<{ error: { code: string } }>()).error.code]).toEqual([
    409,
    'chunks-missing',
  ]);
});

test('what is watched by token is recorded encrypted or not at all', async () => {
  await makeChannel('rec-token', { access: 'token' });
  expect((await admin('POST', '/rec-token/recording')).status).toBe(409);
  const path = 'rec-token/0123456789abcdef/start';
  const clear = await put(path, JSON.stringify(START));
  expect([clear.status, (await clear.json<{ error: { code: string } }>()).error.code]).toEqual([
    409,
    'needs-encryption',
  ]);
  expect((await put(path, JSON.stringify({ ...START, isEncrypted: true }))).status).toBe(204);
});

test('without a store nothing is recorded, and the reason is told', async () => {
  const bucket = bindings.REPLAY;
  const place = env as unknown as { REPLAY?: R2Bucket };
  place.REPLAY = undefined;
  try {
    await makeChannel('rec-nowhere');
    const refused = await admin('POST', '/rec-nowhere/recording');
    expect([refused.status, (await refused.json<{ error: { code: string } }>()).error.code]).toEqual([
      409,
      'no-replay-store',
    ]);
  } finally {
    place.REPLAY = bucket;
  }
});
