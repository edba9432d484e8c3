/** What the internet sends to port 1935, while a good encoder is live beside it. */
import assert from 'node:assert/strict';
import { concatBytes } from '../../protocol/bytes.ts';
import { encodeAmf0 } from './amf0.ts';
import { MessageType } from './message.ts';
import { clientHandshake, command, connect, message, opening } from './testing/encoder.ts';
import { Ffmpeg } from './testing/ffmpeg.ts';
import { Loopback, type Published, until } from './testing/loopback.ts';
import { bigEndian, rawChunk, rawMessage } from './testing/raw-chunk.ts';
import { Socket } from './testing/socket.ts';

const shaken = clientHandshake();
const connected = concatBytes(shaken, connect('live'));
const publishing = opening('live', 'evil?key=K');
/** No secret: any bytes do, and the same in every run. */
const noise = (length: number) =>
  Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * 7 + (i >> 5)) & 0xff);
const text = (value: string) => new TextEncoder().encode(value);
const nested = new Uint8Array(Array.from({ length: 15_000 }, () => [3, 0, 1, 97]).flat());
const endless = new Uint8Array([2, 0, 1, 97, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 255, 255, 255, 255, 5, 5]);
const setChunkSize = (size: number) =>
  rawMessage(2, MessageType.SetChunkSize, new Uint8Array(bigEndian(size, 4)));
const bigVideo = (csid: number) =>
  rawChunk({ format: 0, csid, length: 4_000_000, type: MessageType.Video, streamId: 1, payload: noise(128) });

interface Attack {
  name: string;
  parts: Uint8Array[];
  /** Ends its own sending instead of waiting for the server's patience. */
  leaves?: 'abruptly' | 'half';
}

const attacks: Attack[] = [
  { name: 'noise instead of a handshake', parts: [noise(10_000)] },
  { name: 'an HTTP request', parts: [text('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')] },
  { name: 'a TLS hello on the plain port', parts: [new Uint8Array([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])] },
  { name: 'one byte of a handshake', parts: [shaken.subarray(0, 1)] },
  { name: 'half of a handshake', parts: [shaken.subarray(0, 1600)] },
  { name: 'noise after the handshake', parts: [shaken, noise(20_000)] },
  { name: 'ones after the handshake', parts: [shaken, new Uint8Array(20_000).fill(255)] },
  { name: 'a chunk stream that begins with type 3', parts: [shaken, rawChunk({ format: 3, csid: 9 })] },
  { name: 'a message of 16 MB before connect', parts: [shaken, rawMessage(3, 20, noise(100)), bigVideo(3)] },
  { name: 'a chunk size of 0', parts: [connected, setChunkSize(0)] },
  { name: 'a chunk size of 2 GB', parts: [connected, setChunkSize(0x7fffffff)] },
  {
    name: 'a set chunk size without a size',
    parts: [connected, rawMessage(2, MessageType.SetChunkSize, noise(1))],
  },
  { name: 'objects without an end', parts: [shaken, setChunkSize(65_000), rawMessage(3, 20, nested)] },
  { name: 'an array of four thousand million', parts: [shaken, rawMessage(3, 20, endless)] },
  { name: 'a command that is a number', parts: [shaken, rawMessage(3, 20, encodeAmf0(5))] },
  { name: 'an empty command', parts: [shaken, rawMessage(3, 20, new Uint8Array(0))] },
  { name: 'publish before connect', parts: [shaken, command('publish', 1, null, 'demo?key=K', 'live')] },
  {
    name: 'connect with a string for an object',
    parts: [shaken, command('connect', 1, 'x'), command('publish', 2)],
  },
  {
    name: 'a chunk stream more than allowed',
    parts: [connected, ...Array.from({ length: 200 }, (_, i) => rawMessage(64 + i, 4, noise(6)))],
  },
  { name: 'a stream name of 60,000 characters', parts: [opening('live', 'x'.repeat(60_000))] },
  { name: 'a wrong key', parts: [opening('live', 'good?key=wrong'), noise(100_000)] },
  {
    name: 'media without leave to publish',
    parts: [connected, message(9, noise(5000)), message(8, noise(500))],
  },
  { name: 'play', parts: [connected, command('play', 3, null, 'good')] },
  {
    name: 'a publish within a publish',
    parts: [publishing, command('publish', 6, null, 'good?key=K', 'live')],
  },
  { name: 'an aggregate that ends too early', parts: [publishing, message(MessageType.Aggregate, noise(9))] },
  {
    name: 'thirty unfinished videos',
    parts: [publishing, ...Array.from({ length: 30 }, (_, i) => bigVideo(20 + i))],
  },
  {
    name: 'a video of 16 MB',
    parts: [publishing, rawChunk({ format: 0, csid: 9, length: 0xffffff, type: 9 })],
  },
  { name: 'noise while publishing', parts: [publishing, noise(50_000)] },
  { name: 'a vanishing after connect', parts: [connected], leaves: 'abruptly' },
  { name: 'a vanishing within a message', parts: [publishing, bigVideo(9)], leaves: 'abruptly' },
  { name: 'a half-closed socket', parts: [publishing], leaves: 'half' },
];

Deno.test('thirty-one kinds of hostile clients, alone and all at once, never touch a good encoder', async (t) => {
  await using loopback = new Loopback({ handshakeWithinMs: 300, publishWithinMs: 300, idleMs: 2000 });
  const url = `rtmp://127.0.0.1:${loopback.server.port}/live/good?key=K`;
  await using _ffmpeg = new Ffmpeg(url, { seconds: 120, live: true });
  await until('the good encoder is live', () => (loopback.last?.tags.length ?? 0) > 5);
  const good = loopback.last!;
  const session = good.session.id;

  for (const attack of attacks) {
    await t.step(attack.name, async () => {
      const before = good.tags.length;
      await run(attack, loopback);
      await until('the good encoder goes on', () => good.tags.length > before);
      await until('the attacker is gone', () => loopback.server.sessions === 1);
    });
  }
  await t.step('all of them at once', async () => {
    const before = good.tags.length;
    await Promise.all(attacks.map((attack) => run(attack, loopback)));
    await until('all attackers are gone', () => loopback.server.sessions === 1);
    await until('the good encoder goes on', () => good.tags.length > before + 20);
  });

  assert.equal(attacks.length, 31);
  assert.equal(good.ended, undefined);
  assert.equal(loopback.server.publishing, 1);
  assert.equal(loopback.published.filter((published) => published.session.id === session).length, 1);
  assert.ok(evil(loopback).every(({ ended }) => ended !== undefined && !ended.polite));
  assert.deepEqual(loopback.logs.filter((line) => line.startsWith('error')), []);
});

async function run({ parts, leaves }: Attack, loopback: Loopback): Promise<void> {
  using socket = await Socket.open(loopback.server.port);
  await socket.send(...parts);
  if (leaves === 'abruptly') return;
  if (leaves === 'half') await socket.halfClose();
  await socket.closed;
}

function evil(loopback: Loopback): Published[] {
  return loopback.published.filter(({ request }) => request.channel === 'evil');
}
