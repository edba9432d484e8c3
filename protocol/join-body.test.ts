import assert from 'node:assert/strict';
import { decodeJoinHead, encodeJoinHead, MAX_JOIN_HEAD_BYTES } from './join-body.ts';

Deno.test('the answer of a join comes out of its body, whatever follows it', () => {
  const head = encodeJoinHead('{"title":"Füße"}');
  assert.deepEqual([...head.subarray(0, 4)], [0, 0, 0, 18], 'bytes, not characters');
  const body = new Uint8Array([...head, 1, 2, 3]);
  assert.deepEqual(decodeJoinHead(body), { answer: '{"title":"Füße"}', end: head.length });
  for (let length = 0; length < head.length; length++) {
    assert.equal(decodeJoinHead(body.subarray(0, length)), undefined);
  }
});

Deno.test('an answer that claims to be too long is refused before it has come', () => {
  assert.throws(() => decodeJoinHead(Uint8Array.of(0xff, 0, 0, 0)), RangeError);
  assert.throws(() => encodeJoinHead('x'.repeat(MAX_JOIN_HEAD_BYTES + 1)), RangeError);
});
