import assert from 'node:assert/strict';
import { type Broadcast, infoHashFor } from '../../protocol/broadcast.ts';
import { concatBytes, toBase64Url } from '../../protocol/bytes.ts';
import { encodePieceFrame, type PieceFrame } from '../../protocol/frame.ts';
import { INIT_PIECE, packIndex } from '../../protocol/piece-index.ts';
import { encodeRecord, RecordFlag } from '../../protocol/record.ts';
import { deriveBroadcastKey } from '../media/broadcast-key.ts';
import { pieceCheck } from './source-check.ts';
import { SourceEdge } from './source-edge.ts';
import { SourcePull } from './source-pull.ts';

const ID = '0123456789abcdef0123456789abcdef';
const GRANT = { value: 'g', expiresS: Date.now() / 1000 + 30 };

async function broadcastOf(secret = 'secret'): Promise<{ broadcast: Broadcast; make: typeof makePiece }> {
  const key = await deriveBroadcastKey(secret, 'theirs', ID);
  const broadcast: Broadcast = {
    id: ID,
    infoHash: await infoHashFor(key.publicKey, ID),
    publicKey: key.publicKey,
    epochMs: Date.now() - 3000,
    tracks: [{
      ...{ track: 0, kind: 'video', codec: 'avc1.64001f', timescale: 90_000 },
      ...{ bitrateKbps: 500, substreams: 8, sliceMs: 100 },
    }],
  };
  async function makePiece(piece: number, text = `piece ${piece}`): Promise<PieceFrame> {
    const bytes = new TextEncoder().encode(text);
    const isInit = piece === INIT_PIECE;
    const record = {
      index: packIndex(0, 0, piece),
      byteLength: bytes.length,
      decodeTimeUs: isInit ? 0 : piece * 100_000,
      durationUs: isInit ? 0 : 100_000,
      flags: isInit ? RecordFlag.init : 0,
      initSegment: 0,
      hash: new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
    };
    const encoded = encodeRecord(record);
    return { record, signed: concatBytes(encoded, await key.sign(encoded)), bytes };
  }
  return { broadcast, make: makePiece };
}

/** What another Shoal's edge answers to a join. */
function joinAnswer(broadcast: Broadcast, grant = GRANT): Response {
  return Response.json({
    ...{
      state: 'live',
      channel: 'theirs',
      title: '',
      broadcast,
      nowMs: Date.now(),
      windowS: 30,
      p2p: 'off',
    },
    ...{
      uploadRatio: 0,
      latencyTargetMs: 1000,
      iceServers: [],
      edgeKey: toBase64Url(new Uint8Array(32)),
    },
    ...{
      ticket: '',
      pass: '',
      peerId: '',
      grant,
      announcePath: '',
      mediaPath: `/media/theirs/${ID}`,
    },
  });
}

Deno.test('a piece is taken only as its broadcast signed it', async () => {
  const { broadcast, make } = await broadcastOf();
  const check = await pieceCheck(broadcast);
  const good = await make(3);
  assert.equal(await check(good), true);
  assert.equal(await check({ ...good, bytes: new TextEncoder().encode('piece X') }), false);
  const forged = await (await broadcastOf('another secret')).make(3);
  assert.equal(await check(forged), false);
  const renamed = { ...good.record, index: packIndex(0, 5, 3) };
  assert.equal(await check({ ...good, record: renamed }), false);
});

Deno.test('the address of a source names a channel, else it is refused', () => {
  for (
    const url of ['https://x.example/', 'https://x.example/watch/', 'https://x.example/watch/Bad', 'nonsense']
  ) {
    assert.throws(() => new SourceEdge(url, undefined, fetch), /source\.url must be/);
  }
});

Deno.test('each piece is handed on once and checked, the init first, and a forged one never', async () => {
  const { broadcast, make } = await broadcastOf();
  const pieces = await Promise.all([INIT_PIECE, 10, 11, 12].map((piece) => make(piece)));
  const forged = await (await broadcastOf('another secret')).make(13);
  const asked: string[] = [];
  const frames = (...some: PieceFrame[]) =>
    new Response(concatBytes(...some.map(({ signed, bytes }) => encodePieceFrame(signed, bytes))));
  const edge = new SourceEdge('https://x.example/watch/theirs', 'token', async (url, init) => {
    const { pathname } = new URL(url);
    asked.push(pathname);
    if (pathname.startsWith('/join/')) {
      assert.equal(JSON.parse(String(init!.body)).token, 'token');
      return joinAnswer(broadcast);
    }
    if (pathname.endsWith('/join')) return frames(pieces[1]!);
    if (pathname.includes('/piece/')) return frames(pieces[0]!);
    return pathname.includes('/run/')
      ? frames(pieces[1]!, pieces[2]!, forged, pieces[3]!)
      : new Response('', { status: 404 });
  });
  const got: number[] = [];
  const stop = new AbortController();
  const ended: string[] = [];
  const sink = {
    begin: async () => true,
    piece: ({ record }: PieceFrame) => {
      got.push(record.index);
      if (got.length === 4) stop.abort();
    },
    end: (reason: string) => void ended.push(reason),
  };
  await new SourcePull({ edge, sink, log: () => {}, nowMs: Date.now, signal: stop.signal }).run();
  assert.deepEqual(got, pieces.map(({ record }) => record.index));
  assert.deepEqual(ended, ['the source was taken away']);
  assert.equal(asked[0], '/join/theirs');
});

Deno.test('a source whose grants are about to end is not joined again and again', async () => {
  const { broadcast, make } = await broadcastOf();
  const piece = await make(10);
  let joins = 0;
  const stop = new AbortController();
  const edge = new SourceEdge('https://x.example/watch/theirs', undefined, (url) => {
    const { pathname } = new URL(url);
    if (pathname.startsWith('/join/')) {
      if (++joins > 100) stop.abort();
      return Promise.resolve(joinAnswer(broadcast, { value: 'g', expiresS: Date.now() / 1000 + 2 }));
    }
    return Promise.resolve(new Response(encodePieceFrame(piece.signed, piece.bytes)));
  });
  const begun = Promise.withResolvers<void>();
  const sink = {
    begin: () => Promise.resolve(true),
    piece: () => begun.resolve(),
    end: () => {},
  };
  const done = new SourcePull({ edge, sink, log: () => {}, nowMs: Date.now, signal: stop.signal }).run();
  await begun.promise;
  // Time for thousands of joins that wait for nothing.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort();
  await done;
  assert.equal(joins, 1);
});

Deno.test('a source whose broadcast begins in a hundred years is not asked for it all the time', async () => {
  const { broadcast, make } = await broadcastOf();
  const [init, piece] = await Promise.all([make(INIT_PIECE), make(10)]);
  const epochMs = Date.now() + 100 * 365 * 86_400_000;
  let asked = 0;
  const stop = new AbortController();
  const edge = new SourceEdge('https://x.example/watch/theirs', undefined, (url) => {
    const { pathname } = new URL(url);
    if (pathname.startsWith('/join/')) return Promise.resolve(joinAnswer({ ...broadcast, epochMs }));
    if (pathname.includes('/run/') && ++asked > 20) stop.abort();
    const frame = pathname.includes('/piece/') ? init : piece;
    return Promise.resolve(new Response(encodePieceFrame(frame.signed, frame.bytes)));
  });
  const begun = Promise.withResolvers<void>();
  const sink = { begin: () => Promise.resolve(true), piece: () => begun.resolve(), end: () => {} };
  const done = new SourcePull({ edge, sink, log: () => {}, nowMs: Date.now, signal: stop.signal }).run();
  await begun.promise;
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort();
  await done;
  assert.equal(asked, 0);
});
