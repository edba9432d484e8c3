import assert from 'node:assert/strict';
import { fieldOnePairs } from './caption-data.ts';

const HEAD = [0xb5, 0, 0x31, 0x47, 0x41, 0x39, 0x34, 3];

Deno.test('the valid pairs of field 1 are read, those of field 2 and of CEA-708 left out', () => {
  const triples = [0xfc, 0x94, 0x20, 0xfd, 1, 2, 0xfe, 3, 4, 0xf8, 5, 6, 0xfc, 0xc1, 0x80];
  assert.deepEqual(
    fieldOnePairs(new Uint8Array([...HEAD, 0x40 | 5, 0xff, ...triples, 0xff])),
    [[0x94, 0x20], [0xc1, 0x80]],
  );
});

Deno.test('another message, one that is not to be processed and one cut short say what they can', () => {
  assert.deepEqual(fieldOnePairs(new Uint8Array([0xb5, 0, 0x3c, 0, 1, 4, 1, 2, 3, 4, 5])), []);
  assert.deepEqual(fieldOnePairs(new Uint8Array([...HEAD, 1, 0xff, 0xfc, 1, 2])), []);
  assert.deepEqual(fieldOnePairs(new Uint8Array([...HEAD, 0x40 | 9, 0xff, 0xfc, 1, 2, 0xfc, 3])), [[1, 2]]);
  assert.deepEqual(fieldOnePairs(new Uint8Array(3)), []);
});
