import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ServerHandshake } from './handshake.ts';
import { ProtocolError } from './protocol-error.ts';
import { clientHandshake } from './testing/encoder.ts';
import { fuzz } from './testing/fuzz.ts';

const sevens = (bytes: Uint8Array) => void bytes.fill(7);

Deno.test('the answer is S0, S1 without a server version, and S2 as the echo of C1', () => {
  const handshake = new ServerHandshake(sevens);
  const c0c1 = clientHandshake().subarray(0, 1537);
  c0c1.fill(9, 1);
  const { used, reply } = handshake.push(c0c1);
  assert.equal(used, 1537);
  assert.equal(reply!.length, 3073);
  assert.equal(reply![0], 3);
  assert.deepEqual([...reply!.subarray(1, 9)], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.ok(reply!.subarray(9, 1537).every((byte) => byte === 7));
  assert.deepEqual(reply!.subarray(1537), c0c1.subarray(1));
  assert.ok(!handshake.done);
});

Deno.test('a client of a later version is answered with version 3', () => {
  const bytes = clientHandshake();
  bytes[0] = 6;
  assert.equal(new ServerHandshake(sevens).push(bytes).reply![0], 3);
});

Deno.test('what is no RTMP version is refused at the first byte', () => {
  for (const first of [0, 2, 32, 'G'.charCodeAt(0), 0x16, 255].filter((byte) => byte < 3 || byte > 31)) {
    assert.throws(
      () => new ServerHandshake(sevens).push(new Uint8Array([first])),
      (error) => error instanceof ProtocolError && error.message.includes(`got ${first}`),
    );
  }
});

Deno.test('bytes after C2 are left for the chunk reader', () => {
  const handshake = new ServerHandshake(sevens);
  const bytes = new Uint8Array(clientHandshake().length + 5);
  bytes.set(clientHandshake());
  const { used, reply } = handshake.push(bytes);
  assert.ok(handshake.done);
  assert.equal(used, bytes.length - 5);
  assert.equal(reply!.length, 3073);
  assert.deepEqual(handshake.push(new Uint8Array(3)), { used: 0 });
});

Deno.test('the handshake ends after the same byte, wherever reads cut it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const handshake = new ServerHandshake(sevens);
      const bytes = clientHandshake();
      let replies = 0;
      for (let at = 0, i = 0; at < bytes.length; i++) {
        assert.ok(!handshake.done);
        const { used, reply } = handshake.push(bytes.subarray(at, at + sizes[i % sizes.length]!));
        if (reply) replies++;
        at += used;
      }
      assert.ok(handshake.done);
      assert.equal(replies, 1);
    }),
    fuzz,
  );
});
