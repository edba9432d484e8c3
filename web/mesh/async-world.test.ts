/** The mesh in a world like a browser's: crypto by promise, timers and messages as they come. */
import assert from 'node:assert/strict';
import { concatBytes, fromHex, toBase64Url } from '../../protocol/bytes.ts';
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { packIndex } from '../../protocol/piece-index.ts';
import { encodeRecord } from '../../protocol/record.ts';
import { encodeTicket, peerIdFor } from '../../protocol/ticket.ts';
import { Mesh } from './mesh.ts';
import type { Link, MeshEvent } from './seams.ts';
import { type KeyPair, makeKeyPair, sha256, verify } from './testing/real-crypto.ts';
import { AUDIO } from './testing/source.ts';
import { Wire } from './wire/wire.ts';

const INFO_HASH = '00112233445566778899aabbccddeeff00112233';

interface Peer {
  mesh: Mesh;
  peerId: string;
  events: MeshEvent[];
  pieces: number[];
}

async function makePeer(edge: KeyPair, broadcast: Broadcast, identity: number): Promise<Peer> {
  const key = await makeKeyPair();
  const peerId = peerIdFor(await sha256(key.publicKey));
  const ticket = encodeTicket({
    infoHash: fromHex(INFO_HASH)!,
    peerKey: key.publicKey,
    identity: new Uint8Array(8).fill(identity),
    expiresS: Math.floor(Date.now() / 1000) + 600,
  });
  const events: MeshEvent[] = [];
  const pieces: number[] = [];
  const mesh = new Mesh({
    now: () => performance.now(),
    wallClockS: () => Date.now() / 1000,
    random: Math.random,
    setTimer: (delayMs, run) => setTimeout(run, delayMs) as unknown as number,
    clearTimer: (id) => clearTimeout(id),
    sha256,
    verify,
    sign: key.sign,
    fetchPiece: () => Promise.reject(new Error('no edge here')),
    emit: (event) => event.type === 'piece' ? pieces.push(event.index) : events.push(event),
  }, {
    broadcast,
    peerId,
    ticket: concatBytes(ticket, await edge.sign(ticket)),
    edgeKey: edge.publicKey,
    windowMs: 30_000,
    uploadKbps: 10_000,
    neighbours: 4,
    tracks: [1],
    latencyTargetMs: 1500,
    edgeFallback: false,
    tuning: { tickMs: 10, stateMs: 50 },
  });
  return { mesh, peerId, events, pieces };
}

/** Joins two peers by their real wires, bytes handed over in later tasks. */
function join(a: Peer, b: Peer): void {
  const wires: Wire[] = [];
  const ends = [[a, b, 0], [b, a, 1]] as const;
  for (const [here, there, side] of ends) {
    wires.push(
      new Wire({ infoHash: fromHex(INFO_HASH)!, peerId: here.peerId }, {
        write: (chunk) => void queueMicrotask(() => wires[1 - side]!.receive(chunk)),
        message: (message) => here.mesh.receive(there.peerId, message),
        stock: () => assert.fail('not a stock client'),
      }),
    );
  }
  for (const [here, there, side] of ends) {
    const link: Link = {
      peerId: there.peerId,
      route: 'peer',
      binding: 'the same on both ends',
      queuedBytes: 0,
      send: (message) => wires[side]!.send(message),
      close: (reason) => queueMicrotask(() => there.mesh.linkClosed(here.peerId, reason)),
    };
    here.mesh.addLink(link);
  }
  for (const wire of wires) wire.open();
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(holds());
}

async function makeFrame(origin: KeyPair, piece: number): Promise<PieceFrame> {
  const bytes = new Uint8Array(1500).fill(piece);
  const record = {
    index: packIndex(0, 1, piece),
    byteLength: bytes.length,
    decodeTimeUs: piece * 200_000,
    durationUs: 200_000,
    flags: 0,
    initSegment: 0,
    hash: await sha256(bytes),
  };
  const encoded = encodeRecord(record);
  return { record, signed: concatBytes(encoded, await origin.sign(encoded)), bytes };
}

Deno.test('with real signatures, hashes and bytes, pieces go through two hops and poison through none', async () => {
  const [edge, origin] = [await makeKeyPair(), await makeKeyPair()];
  const broadcast: Broadcast = {
    id: '0'.repeat(32),
    infoHash: INFO_HASH,
    publicKey: toBase64Url(origin.publicKey),
    epochMs: Date.now(),
    tracks: [AUDIO],
  };
  const peers = [await makePeer(edge, broadcast, 1), await makePeer(edge, broadcast, 2)];
  peers.push(await makePeer(edge, broadcast, 3));
  const [seed, middle, last] = peers as [Peer, Peer, Peer];
  try {
    seed.mesh.setFeeds([{ track: 1, substream: 0 }]);
    join(seed, middle);
    join(middle, last);
    await until(() => middle.mesh.stats().links === 2);
    for (let piece = 0; piece < 4; piece++) {
      seed.mesh.offerPiece(await makeFrame(origin, piece), 'seed');
      await until(() => last.pieces.length > piece);
    }
    await until(() => last.mesh.stats().parented === 1);
    assert.deepEqual(last.pieces, [0, 1, 2, 3].map((piece) => packIndex(0, 1, piece)));
    const poison = await makeFrame(origin, 4);
    const bytes = poison.bytes.slice();
    bytes[7]! ^= 1;
    last.mesh.receive(middle.peerId, { type: 'piece', frame: { ...poison, bytes } });
    assert.equal(last.mesh.piece(poison.record.index), undefined);
    await until(() => last.events.some((event) => event.type === 'offence'));
    assert.deepEqual(last.events.find((event) => event.type === 'offence'), {
      type: 'offence',
      peerId: middle.peerId,
      identity: '0202020202020202',
      why: 'bad-piece',
    });
    assert.equal(last.mesh.piece(poison.record.index), undefined);
    await until(() => middle.mesh.stats().links === 1);
  } finally {
    for (const peer of peers) peer.mesh.close();
  }
});
