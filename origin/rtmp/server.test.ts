import assert from 'node:assert/strict';
import { MessageType } from './message.ts';
import { RtmpServer } from './server.ts';
import { clientHandshake, command, connect, message, opening } from './testing/encoder.ts';
import { selfSigned } from './testing/certificate.ts';
import { Loopback, until } from './testing/loopback.ts';
import { Socket } from './testing/socket.ts';

const video = message(MessageType.Video, new Uint8Array([0x17, 0, 0, 0, 0]));

Deno.test('many channels are published at once on one port', async () => {
  await using loopback = new Loopback();
  const names = ['one', 'two', 'three', 'four'];
  const sockets = await Promise.all(names.map(() => Socket.open(loopback.server.port)));
  await Promise.all(sockets.map((socket, i) => socket.send(opening('live', `${names[i]}?key=K`), video)));
  await until(
    'all have sent media',
    () => loopback.published.filter(({ tags }) => tags.length === 1).length === 4,
  );
  assert.deepEqual(loopback.published.map(({ request }) => request.channel).sort(), names.toSorted());
  assert.equal(new Set(loopback.published.map(({ request }) => request.session)).size, 4);
  assert.equal(loopback.server.publishing, 4);
  for (const socket of sockets) socket[Symbol.dispose]();
  await until('all are gone', () => loopback.server.sessions === 0);
});

Deno.test('a refused encoder can read the reason although it has already sent media', async () => {
  await using loopback = new Loopback();
  using socket = await Socket.open(loopback.server.port);
  await socket.send(opening('live', 'demo?key=wrong'), ...Array.from({ length: 200 }, () => video));
  await socket.closed;
  assert.deepEqual(socket.heard.codes, ['NetStream.Publish.Denied']);
  assert.equal(socket.heard.description, 'this stream key is not known');
  assert.deepEqual(loopback.published, []);
});

Deno.test('a refused encoder that does not close is closed', async () => {
  await using loopback = new Loopback({ closeWithinMs: 20 });
  using socket = await Socket.open(loopback.server.port);
  await socket.send(opening('live', 'demo?key=wrong'));
  await until('the session is gone', () => loopback.logs.length > 0 && loopback.server.sessions === 0);
});

Deno.test('an encoder that closes after unpublish within the time it is given leaves nothing behind', async () => {
  await using loopback = new Loopback();
  using socket = await Socket.open(loopback.server.port);
  await socket.send(opening('live', 'demo?key=K'), video, command('FCUnpublish', 6, null, 'demo'));
  await until('the publish has ended', () => loopback.last?.ended !== undefined);
  assert.equal(loopback.server.sessions, 1);
  await socket.halfClose();
  await socket.closed;
  await until('the session is gone', () => loopback.server.sessions === 0);
});

Deno.test('after unpublish the server closes when the time is over', async () => {
  await using loopback = new Loopback({ lingerMs: 10 });
  using socket = await Socket.open(loopback.server.port);
  await socket.send(opening('live', 'demo?key=K'), command('deleteStream', 6, null, 1));
  await socket.closed;
  assert.deepEqual(loopback.last!.ended, { reason: 'the encoder ended the publish', polite: true });
});

const slow: [who: string, limits: object, bytes: Uint8Array][] = [
  ['says nothing', { handshakeWithinMs: 10 }, new Uint8Array(0)],
  ['stops within the handshake', { handshakeWithinMs: 10 }, clientHandshake().subarray(0, 1000)],
  ['connects and never publishes', { publishWithinMs: 10 }, opening('live', 'x').subarray(0, 3300)],
  ['publishes and sends no media', { idleMs: 10 }, opening('live', 'demo?key=K')],
];
for (const [who, limits, bytes] of slow) {
  Deno.test(`a client that ${who} is closed`, async () => {
    await using loopback = new Loopback(limits);
    using socket = await Socket.open(loopback.server.port);
    await socket.send(bytes);
    await socket.closed;
    await until('the session is gone', () => loopback.server.sessions === 0);
  });
}

Deno.test('sessions above the limits of the server and of an address are refused, and one that ends makes room', async () => {
  for (const limits of [{ maxSessions: 2 }, { maxSessionsPerAddress: 2 }, { maxPendingPerAddress: 2 }]) {
    await using loopback = new Loopback(limits);
    using first = await Socket.open(loopback.server.port);
    using _second = await Socket.open(loopback.server.port);
    await until('two are accepted', () => loopback.server.sessions === 2);
    using third = await Socket.open(loopback.server.port);
    await third.closed;
    assert.match(loopback.logs.at(-1)!, /connection refused.*sessions/);
    first[Symbol.dispose]();
    await until('the first is gone', () => loopback.server.sessions === 1);
    using _fourth = await Socket.open(loopback.server.port);
    await until('there is room again', () => loopback.server.sessions === 2);
  }
});

Deno.test('sessions that publish do not count as pending', async () => {
  await using loopback = new Loopback({ maxPendingPerAddress: 1 });
  using first = await Socket.open(loopback.server.port);
  await first.send(opening('live', 'one?key=K'));
  await until('the first publishes', () => loopback.server.publishing === 1);
  using second = await Socket.open(loopback.server.port);
  await second.send(opening('live', 'two?key=K'));
  await until('the second publishes', () => loopback.server.publishing === 2);
});

Deno.test('a client that never reads its answers is closed before they fill the memory', async () => {
  await using loopback = new Loopback({ maxUnsentBytes: 20_000 });
  const conn = await Deno.connect({ hostname: '127.0.0.1', port: loopback.server.port });
  const calls = Array.from({ length: 2000 }, (_, i) => command('createStream', i, null));
  try {
    await conn.write(clientHandshake());
    await conn.write(connect('live'));
    for (let round = 0; round < 1000; round++) {
      for (const call of calls) await conn.write(call);
    }
    assert.fail('the server took it all');
  } catch (error) {
    assert.ok(!(error instanceof assert.AssertionError), String(error));
  } finally {
    conn.close();
  }
  assert.match(loopback.logs.at(-1)!, /left 20000 bytes unread/);
});

Deno.test('a port that is taken is told to whoever starts the server, and no listener is left behind', async () => {
  await using loopback = new Loopback();
  const options = { hostname: '127.0.0.1', authorise: () => Promise.reject(), log: () => {} };
  assert.throws(() => new RtmpServer({ ...options, port: loopback.server.port }), Deno.errors.AddrInUse);
  const tls = { cert: 'no PEM', key: 'no PEM', port: 0 };
  assert.throws(() => new RtmpServer({ ...options, port: 0, tls }), Error);
});

Deno.test('clients that never finish their TLS handshake are closed, and keep nobody out meanwhile', async () => {
  await using loopback = new Loopback({ handshakeWithinMs: 500 }, { ...await selfSigned(), port: 0 });
  using _silent = await Socket.open(loopback.server.tlsPort!);
  using noisy = await Socket.open(loopback.server.tlsPort!);
  await noisy.send(new Uint8Array(5000).fill(0x16));
  using plain = await Socket.open(loopback.server.port);
  await plain.send(opening('live', 'demo?key=K'), video);
  await until('the plain encoder is live', () => loopback.last?.tags.length === 1);
  await until('the others are gone', () => loopback.server.sessions === 1);
  assert.equal(loopback.server.publishing, 1);
});

Deno.test('a server may be closed twice', async () => {
  const loopback = new Loopback();
  await loopback.server.close();
  await loopback.server.close();
});
