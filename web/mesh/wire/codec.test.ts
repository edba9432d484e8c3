import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes, fromBinaryString } from '../../../protocol/bytes.ts';
import { controlBytesOf } from '../message-size.ts';
import { WireCodec } from './codec.ts';
import { ALICE, BOB, codecPair, everyMessage, frameOf, INFO_HASH } from './fixtures.ts';
import { WireOffence } from './offence.ts';

const runs = Number(Deno.env.get('SHOAL_FUZZ_RUNS') ?? 200);

/** A message as the wire has it: length prefix and body. */
function framed(...body: number[]): Uint8Array {
  return Uint8Array.of(0, 0, body.length >> 8, body.length & 255, ...body);
}

Deno.test('both handshakes tell who is there and that he is one of ours', () => {
  const [alice, bob] = codecPair();
  assert.deepEqual([alice.kind, bob.kind], ['shoal', 'shoal']);
  assert.deepEqual([alice.remotePeerId, bob.remotePeerId], [BOB, ALICE]);
});

Deno.test('every message comes out as it went in', () => {
  const [alice, bob] = codecPair();
  for (const message of everyMessage()) {
    const out = alice.encode(message).flatMap((chunk) => bob.push(chunk));
    assert.deepEqual(out, [message]);
  }
});

Deno.test('a state of any length comes out as it went in, whichever of its fields fills the buffer up', () => {
  const [alice, bob] = codecPair();
  for (let bits = 0; bits <= 300; bits++) {
    for (let lags = 1; lags <= 8; lags++) {
      const tracks = [1, 2, 3].map((track) => ({
        track,
        base: track << 8,
        bits: new Uint8Array(track === 1 ? bits : 9).fill(bits & 255),
        lags: new Uint8Array(lags).fill(7),
      }));
      const message = { type: 'state', clockMs: 1, spareKbps: 2, tracks } as const;
      const out = alice.encode(message).flatMap((chunk) => bob.push(chunk));
      assert.deepEqual(out, [message]);
    }
  }
});

Deno.test('every message takes as many bytes as control traffic is counted with', () => {
  const [alice] = codecPair();
  alice.encode({ type: 'goodbye' });
  for (const message of everyMessage()) {
    const size = alice.encode(message).reduce((sum, chunk) => sum + chunk.length, 0);
    const payload = message.type === 'piece' ? message.frame.bytes.length : 0;
    if (message.type !== 'relay') assert.equal(controlBytesOf(message), size - payload, message.type);
  }
});

Deno.test('messages may come in any chunks, a byte at a time too', () => {
  const messages = everyMessage();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 20 }), (cuts) => {
      const alice = new WireCodec({ infoHash: INFO_HASH, peerId: ALICE });
      const bob = new WireCodec({ infoHash: INFO_HASH, peerId: BOB });
      for (const chunk of bob.start()) alice.push(chunk);
      const bytes = concatBytes(...alice.start(), ...messages.flatMap((message) => alice.encode(message)));
      const out = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = at + cuts[i % cuts.length]!;
        out.push(...bob.push(bytes.subarray(at, end)));
        at = end;
      }
      assert.deepEqual(out, messages);
    }),
    { numRuns: Math.min(runs, 50) },
  );
});

Deno.test('whatever bytes come, the codec answers messages or a WireOffence', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (chunks) => {
      const [, bob] = codecPair();
      try {
        for (const chunk of chunks) bob.push(chunk);
      } catch (error) {
        assert.ok(error instanceof WireOffence, String(error));
      }
    }),
    { numRuns: runs },
  );
});

Deno.test('whatever body an extension message has, the codec answers messages or a WireOffence', () => {
  const body = fc.tuple(
    fc.constantFrom(0, 1, 2),
    fc.integer({ min: 0, max: 14 }),
    fc.uint8Array({ maxLength: 400 }),
  );
  fc.assert(
    fc.property(fc.array(body, { maxLength: 6 }), (bodies) => {
      const [, bob] = codecPair();
      try {
        for (const [id, type, bytes] of bodies) bob.push(framed(20, id, type, ...bytes));
      } catch (error) {
        assert.ok(error instanceof WireOffence, String(error));
      }
    }),
    { numRuns: runs },
  );
});

Deno.test('a flipped byte anywhere never makes the codec throw anything but a WireOffence', () => {
  const [alice] = codecPair();
  const bytes = concatBytes(...alice.start(), ...everyMessage().flatMap((message) => alice.encode(message)));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bob = new WireCodec({ infoHash: INFO_HASH, peerId: BOB });
      const bad = bytes.slice();
      bad[at]! ^= flip;
      try {
        bob.push(bad);
      } catch (error) {
        assert.ok(error instanceof WireOffence, String(error));
      }
    }),
    { numRuns: runs },
  );
});

Deno.test('a message that announces more than it may is refused before its bytes are held', () => {
  const cases: [number, number, RegExp][] = [
    [7, 70_000, /piece must be 9 to 65545 bytes/],
    [20, 70_000, /extended message must be 2 to 65537 bytes/],
    [5, 70_000, /message must be 1 to 65536 bytes/],
    [6, 14, /request, cancel or reject must be 13 to 13 bytes/],
    [4, 6, /have must be 5 to 5 bytes/],
  ];
  for (const [id, length, message] of cases) {
    const [, bob] = codecPair();
    const bytes = new Uint8Array(5);
    new DataView(bytes.buffer).setUint32(0, length);
    bytes[4] = id;
    assert.throws(
      () => bob.push(bytes),
      (error) => error instanceof WireOffence && message.test(error.message),
    );
  }
});

Deno.test('a length of four thousand million is refused too', () => {
  const [, bob] = codecPair();
  assert.throws(() => bob.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 7)), WireOffence);
});

Deno.test('a piece without its record, or with the record of another, is an offence', () => {
  const [alice, bob] = codecPair();
  const [, bytes] = alice.encode({ type: 'piece', frame: frameOf(5, 100) });
  const piece = bytes!.subarray(7 + 118);
  assert.throws(() => bob.push(piece), /piece must follow its record/);
  const [carol, dave] = codecPair();
  const [, first] = carol.encode({ type: 'piece', frame: frameOf(5, 100) });
  const other = first!.slice();
  other[7 + 118 + 8]! ^= 1;
  assert.throws(() => dave.push(other), /piece must follow its record/);
});

Deno.test('another torrent or another protocol is an offence at the first wrong byte', () => {
  const alice = new WireCodec({ infoHash: new Uint8Array(20), peerId: ALICE });
  const bob = new WireCodec({ infoHash: INFO_HASH, peerId: BOB });
  assert.throws(() => bob.push(alice.start()[0]!), /another torrent/);
  const carol = new WireCodec({ infoHash: INFO_HASH, peerId: BOB });
  assert.throws(() => carol.push(fromBinaryString('GET')), /handshake\.protocol/);
});

Deno.test('messages of a later version are passed over', () => {
  const [, bob] = codecPair();
  assert.deepEqual(bob.push(framed(20, 1, 200, 1, 2, 3)), []);
  assert.deepEqual(bob.push(framed(77, 1, 2, 3)), []);
  assert.deepEqual(bob.push(framed()), []);
});

Deno.test('nothing is sent before the other side is known', () => {
  const alice = new WireCodec({ infoHash: INFO_HASH, peerId: ALICE });
  assert.throws(() => alice.encode({ type: 'goodbye' }), /codec\.kind must be shoal/);
  assert.equal(alice.kind, 'unknown');
});

Deno.test('ids and hashes of a wrong length are refused at once', () => {
  assert.throws(() => new WireCodec({ infoHash: new Uint8Array(19), peerId: ALICE }), /codec\.infoHash/);
  assert.throws(() => new WireCodec({ infoHash: INFO_HASH, peerId: 'short' }), /codec\.peerId/);
});
