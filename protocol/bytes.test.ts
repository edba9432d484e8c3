import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromBinaryString,
  fromHex,
  toBase64Url,
  toBinaryString,
  toHex,
} from './bytes.ts';

Deno.test('bytes come back from each of their text forms', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
    const bytes = Uint8Array.from(random);
    assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
    assert.deepEqual(fromHex(toHex(bytes)), bytes);
    assert.deepEqual(fromBinaryString(toBinaryString(bytes)), bytes);
    assert.ok(equalBytes(concatBytes(bytes, bytes).subarray(bytes.length), bytes));
  }));
});

Deno.test('a binary string may be longer than a call can take arguments', () => {
  assert.equal(toBinaryString(new Uint8Array(300_000)).length, 300_000);
});

Deno.test('text of another alphabet is refused', () => {
  for (const text of ['a', 'ab=', 'a+b/', 'a b c d']) assert.equal(fromBase64Url(text), undefined);
  for (const text of ['a', 'zz', '0x00']) assert.equal(fromHex(text), undefined);
});
