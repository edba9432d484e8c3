import * as v from 'valibot';
import { expect, test } from 'vitest';
import { concatBytes, toBase64Url } from '../../protocol/bytes.ts';
import { encodeIdleFrame, FrameReader } from '../../protocol/frame.ts';
import { decodeJoinHead, JOIN_SUBPROTOCOL } from '../../protocol/join-body.ts';
import { JoinAnswer } from '../../protocol/join.ts';
import { app } from '../app.ts';
import { JOIN_FRESH_MS } from '../edge-cache.ts';
import { READ_WITHIN_MS } from '../media/unread.ts';
import {
  ask,
  bindings,
  eventually,
  fetchMedia,
  framesIn,
  goOnAir,
  joinLive,
  makeChannel,
} from '../testing/edge.ts';
import { initOf, segmentOfFrames } from '../testing/frames.ts';
import { putClockAhead } from '../testing/quick-timers.ts';
import { newKey, SignalClient, startedAnnounce } from '../testing/signal-client.ts';

const PEER_KEY = toBase64Url(new Uint8Array(32).fill(9));

/** Opens the socket of a join with this request. */
function dial(channel: string, request: object | string = { peerKey: PEER_KEY }): Promise<Response> {
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  const offered = `${JOIN_SUBPROTOCOL}, ${toBase64Url(new TextEncoder().encode(text))}`;
  return ask(`/join/${channel}`, { headers: { upgrade: 'websocket', 'sec-websocket-protocol': offered } });
}

/** Reads what comes in binary messages until the empty one; text is left to a SignalClient. */
function reading(socket: WebSocket) {
  let body = new Uint8Array(0);
  const whole = new Promise<Uint8Array>((resolve) => {
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return;
      if (data.byteLength === 0) resolve(body);
      body = concatBytes(body, new Uint8Array(data));
    });
  });
  return async () => {
    const { answer, end } = decodeJoinHead(await whole)!;
    const frames = new FrameReader().push(body.subarray(end));
    return {
      answer: v.parse(JoinAnswer, JSON.parse(answer)),
      indexes: frames.map(({ record }) => record.index),
    };
  };
}

test('the socket that joins gets the answer and media, and is the signaling socket', async () => {
  const { channel, link } = await goOnAir();
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track }));
  const other = await joinLive(channel);
  const own = await eventually(() => fetchMedia(other, 'join?tracks=0,1'), ({ status }) => status === 200);
  const { key, sign } = await newKey();
  const response = await dial(channel, { peerKey: toBase64Url(key) });
  expect(response.status).toBe(101);
  expect(response.headers.get('sec-websocket-protocol')).toBe(JOIN_SUBPROTOCOL);
  const socket = response.webSocket!;
  socket.binaryType = 'arraybuffer';
  const body = reading(socket);
  const client = new SignalClient(socket);
  const { answer, indexes } = await body();
  if (answer.state !== 'live') throw new Error('not live');
  expect(indexes).toEqual((await framesIn(own)).map(({ record }) => record.index));
  client.send(await startedAnnounce(answer, sign));
  expect(await client.action('welcome')).toMatchObject({ neighbours: [] });
});

test('under an egress cap media comes bit by bit, and the shard is heard meanwhile', async () => {
  const { channel, link } = await goOnAir({ egressCapKbps: 300 });
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track, bytes: 5000 }));
  await joinLive(channel);
  const { key, sign } = await newKey();
  const { webSocket } = await dial(channel, { peerKey: toBase64Url(key) });
  const socket = webSocket!;
  socket.binaryType = 'arraybuffer';
  const order: string[] = [];
  let body = new Uint8Array(0);
  const over = new Promise<void>((resolve) => {
    socket.addEventListener('message', async ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return void order.push(JSON.parse(String(data)).action);
      if (data.byteLength === 0) {
        order.push('end');
        return resolve();
      }
      body = concatBytes(body, new Uint8Array(data));
      const head = decodeJoinHead(body);
      if (!head || order.includes('answer')) return;
      order.push('answer');
      const answer = v.parse(JoinAnswer, JSON.parse(head.answer));
      if (answer.state === 'live') socket.send(JSON.stringify(await startedAnnounce(answer, sign)));
    });
  });
  socket.accept();
  await over;
  expect(body.length).toBeGreaterThan(40_000);
  expect(order.slice(0, 2)).toEqual(['answer', 'welcome']);
  expect(order.at(-1)).toBe('end');
  socket.close();
});

test('what a viewer who leaves was not sent yet goes to others', async () => {
  const { channel, link } = await goOnAir({ egressCapKbps: 100 });
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track, bytes: 50_000 }));
  const viewer = await joinLive(channel);
  const leave = [
    async () => {
      const { webSocket } = await dial(channel);
      const socket = webSocket!;
      socket.binaryType = 'arraybuffer';
      let bytes = 0;
      const begun = new Promise<void>((resolve) =>
        socket.addEventListener('message', ({ data }) => {
          if (data instanceof ArrayBuffer) bytes += data.byteLength;
          if (bytes > 8192) resolve();
        })
      );
      socket.accept();
      await begun;
      socket.close();
    },
    async () => {
      const join = await eventually(
        () => fetchMedia(viewer, 'join?tracks=0'),
        ({ status }) => status === 200,
      );
      const reader = join.body!.getReader();
      await reader.read();
      await reader.cancel();
    },
  ];
  for (const leaves of leave) await leaves();
  const next = await eventually(() => fetchMedia(viewer, 'join?tracks=0'), ({ status }) => status === 200);
  await next.body!.cancel();
});

/** Joins and announces while media comes; what came of it, and after how long it was over. */
async function joinAndSay(channel: string, said: object[]) {
  const { key, sign } = await newKey();
  const { webSocket } = await dial(channel, { peerKey: toBase64Url(key) });
  const socket = webSocket!;
  socket.binaryType = 'arraybuffer';
  const beganMs = Date.now();
  let body = new Uint8Array(0);
  const over = new Promise<void>((resolve) => {
    socket.addEventListener('message', async ({ data }) => {
      if (!(data instanceof ArrayBuffer)) {
        if (JSON.parse(String(data)).action !== 'welcome') return;
        for (const message of said) socket.send(JSON.stringify(message));
        return;
      }
      if (data.byteLength === 0) return resolve();
      const isFirst = body.length === 0;
      body = concatBytes(body, new Uint8Array(data));
      const head = isFirst && decodeJoinHead(body);
      if (!head) return;
      const answer = v.parse(JoinAnswer, JSON.parse(head.answer));
      if (answer.state !== 'live') throw new Error('not live');
      const started = JSON.stringify(await startedAnnounce(answer, sign));
      if (socket.readyState === WebSocket.OPEN) socket.send(started);
    });
  });
  socket.accept();
  await over;
  socket.close();
  return { bytes: body.length - decodeJoinHead(body)!.end, tookMs: Date.now() - beganMs };
}

test('what a viewer does not need at once comes a little later, and not to whom others bring it', async () => {
  const { channel, link } = await goOnAir();
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track, pieces: 20 }));
  const other = await joinLive(channel);
  const own = await eventually(() => fetchMedia(other, 'join?tracks=0,1'), ({ status }) => status === 200);
  const wholeBytes = (await own.arrayBuffer()).byteLength;
  // What was made for others just now may have aged too much to be parted.
  const aged = () => new Promise((resolve) => setTimeout(resolve, JOIN_FRESH_MS + 100));
  await aged();
  const fed = await joinAndSay(channel, [{ action: 'enough' }]);
  expect(fed.bytes).toBeGreaterThan(wholeBytes / 2);
  expect(fed.bytes).toBeLessThan(wholeBytes);
  expect(fed.tookMs).toBeLessThan(400);
  await aged();
  const waits = await joinAndSay(channel, []);
  expect(waits.bytes).toBe(wholeBytes + encodeIdleFrame().length);
  expect(waits.tookMs).toBeGreaterThan(400);
});

test('under an egress cap a join that has enough ends in the middle, and what is left goes to others', async () => {
  const { channel, link } = await goOnAir({ egressCapKbps: 100 });
  for (const track of [0, 1]) link.push(initOf(track), ...segmentOfFrames(0, { track, bytes: 50_000 }));
  const viewer = await joinLive(channel);
  const { bytes, tookMs } = await joinAndSay(channel, [{ action: 'enough' }]);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(100_000);
  expect(tookMs).toBeLessThan(5000);
  const next = await eventually(() => fetchMedia(viewer, 'join?tracks=0'), ({ status }) => status === 200);
  await next.body!.cancel();
});

test('a channel that is not on air says so on the socket, and closes it', async () => {
  await makeChannel('hushed');
  const { webSocket } = await dial('hushed');
  webSocket!.binaryType = 'arraybuffer';
  const body = reading(webSocket!);
  const client = new SignalClient(webSocket!);
  expect((await body()).answer).toMatchObject({ state: 'idle', channel: 'hushed' });
  expect(await client.until(({ closed }) => closed)).toMatchObject({ code: 1000 });
});

test('who may not watch gets no socket, and hears why when it asks by HTTP', async () => {
  await makeChannel('shut', { access: 'token' });
  expect((await dial('shut')).status).toBe(401);
  expect((await dial('nobody')).status).toBe(404);
  await makeChannel('open-to-all');
  for (const request of ['{', '{}', { peerKey: 'short' }, { peerKey: PEER_KEY, token: 'x'.repeat(5000) }]) {
    expect((await dial('open-to-all', request)).status).toBe(400);
  }
  const upgrade = { upgrade: 'websocket' };
  expect((await ask('/join/open-to-all', { headers: upgrade })).status).toBe(400);
  expect((await ask('/join/open-to-all')).status).toBe(426);
});

test('a crowd that joins one shard at once is sent to HTTP', async () => {
  const { channel } = await goOnAir();
  await joinLive(channel);
  const statuses = new Set<number>();
  for (let i = 0; i < 60 && !statuses.has(503); i++) {
    const { status, webSocket } = await dial(channel);
    statuses.add(status);
    webSocket?.accept();
    webSocket?.close();
  }
  expect([...statuses]).toEqual([101, 503]);
});

test('who is sent to HTTP by a crowd counts once: as many as may share an address get in', async () => {
  const { channel } = await goOnAir();
  await joinLive(channel);
  const proxied = { 'shoal-proxy': 'secret of the proxy', 'shoal-client-address': '192.0.2.99' };
  const env = { ...bindings, SHOAL_TRUSTED_PROXY: proxied['shoal-proxy'] };
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const send = async (init: RequestInit) => await app.request(`/join/${channel}`, init, env, context);
  const body = JSON.stringify({ peerKey: PEER_KEY });
  const offered = `${JOIN_SUBPROTOCOL}, ${toBase64Url(new TextEncoder().encode(body))}`;
  const headers = { ...proxied, upgrade: 'websocket', 'sec-websocket-protocol': offered };
  for (let i = 0; i < 280; i++) {
    const { status, webSocket } = await send({ headers });
    webSocket?.accept();
    webSocket?.close();
    if (status === 503) expect((await send({ method: 'POST', headers: proxied, body })).status).toBe(200);
    else expect(status).toBe(101);
  }
});

/** Dials until it is told to join by HTTP; each socket has done `then` before the next one is dialled. */
async function dialAll(
  channel: string,
  then: (answer: JoinAnswer, client: SignalClient, sign: Sign) => Promise<void>,
) {
  const clients: SignalClient[] = [];
  for (;;) {
    const { key, sign } = await newKey();
    const { status, webSocket } = await dial(channel, { peerKey: toBase64Url(key) });
    if (!webSocket) return { status, clients };
    const body = reading(webSocket);
    const client = new SignalClient(webSocket);
    clients.push(client);
    await then((await body()).answer, client, sign);
  }
}
type Sign = Awaited<ReturnType<typeof newKey>>['sign'];

async function announce(answer: JoinAnswer, client: SignalClient, sign: Sign): Promise<void> {
  if (answer.state !== 'live') throw new Error('not live');
  client.send(await startedAnnounce(answer, sign));
  await client.action('welcome');
}

test('while what was sent to others may lie unread, announced or not, one joins by HTTP', async () => {
  for (const then of [async () => {}, announce]) {
    const { channel, link } = await goOnAir();
    link.push(initOf(0), ...segmentOfFrames(0, { pieces: 40, bytes: 64 * 1024 }));
    const other = await joinLive(channel);
    await eventually(() => fetchMedia(other, 'join?tracks=0,1'), ({ status }) => status === 200);
    const { status, clients } = await dialAll(channel, then);
    expect(status).toBe(503);
    expect(clients.length).toBeLessThan(25);
    for (const client of clients) client.send({ action: 'more', want: 1, known: [] });
    if (then === announce) {
      // Who says more has read it.
      await eventually(async () => (await dial(channel)).status, (now) => now === 101);
    }
    for (const client of clients) client.socket.close();
  }
});

test('who has no WebRTC announces and says nothing for minutes: it counts as long as one that reads may take', async () => {
  const { channel, link } = await goOnAir();
  link.push(initOf(0), ...segmentOfFrames(0, { pieces: 40, bytes: 64 * 1024 }));
  const other = await joinLive(channel);
  await eventually(() => fetchMedia(other, 'join?tracks=0,1'), ({ status }) => status === 200);
  const { status, clients } = await dialAll(channel, announce);
  expect(status).toBe(503);
  putClockAhead(READ_WITHIN_MS);
  await eventually(async () => (await dial(channel)).status, (now) => now === 101);
  for (const client of clients) client.socket.close();
});
