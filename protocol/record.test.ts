import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes, fromHex, toHex } from './bytes.ts';
import { packIndex } from './piece-index.ts';
import {
  decodeRecord,
  encodeRecord,
  type PieceRecord,
  RECORD_BYTES,
  RecordFlag,
  SIGNATURE_BYTES,
  signatureOf,
  signedPart,
} from './record.ts';

const RECORD: PieceRecord = {
  index: packIndex(0x12345, 3, 7),
  byteLength: 65536,
  decodeTimeUs: 1_234_567_890_123,
  durationUs: 100_000,
  flags: RecordFlag.keyframe | RecordFlag.discontinuity,
  initSegment: 0x12300,
  hash: new Uint8Array(32).fill(0xab),
};

/** The bytes that protocol/README.md shows. */
const GOLDEN = '01' + '12345307' + 'ffff' + '0000011f71fb04cb' + '0186a0' + '05' + '012300' + 'ab'.repeat(32);

Deno.test('a record is encoded as the written protocol shows', () => {
  assert.equal(toHex(encodeRecord(RECORD)), GOLDEN);
  assert.equal(GOLDEN.length / 2, RECORD_BYTES);
});

Deno.test('a record comes back as it was, signed or not', () => {
  const bytes = encodeRecord(RECORD);
  const signed = concatBytes(bytes, new Uint8Array(SIGNATURE_BYTES).fill(9));
  assert.deepEqual(decodeRecord(bytes), RECORD);
  assert.deepEqual(decodeRecord(signed), RECORD);
  assert.deepEqual([...signedPart(signed)], [...bytes]);
  assert.deepEqual([...signatureOf(signed)], new Array(SIGNATURE_BYTES).fill(9));
});

Deno.test('a field out of range is named with its rule', () => {
  assert.throws(
    () => encodeRecord({ ...RECORD, byteLength: 65537 }),
    /record\.byteLength must be .* 65536, got 65537/,
  );
  assert.throws(() => encodeRecord({ ...RECORD, byteLength: 0 }), /record\.byteLength/);
  assert.throws(() => encodeRecord({ ...RECORD, decodeTimeUs: -1 }), /record\.decodeTimeUs/);
  assert.throws(() => encodeRecord({ ...RECORD, durationUs: 2 ** 24 }), /record\.durationUs/);
  assert.throws(() => encodeRecord({ ...RECORD, hash: new Uint8Array(31) }), /record\.hash\.length/);
});

Deno.test('what is not a record is refused with a reason', () => {
  const bytes = encodeRecord(RECORD);
  assert.throws(() => decodeRecord(bytes.subarray(1)), /record must be 54 or 118 bytes, got 53/);
  const other = bytes.slice();
  other[0] = 2;
  assert.throws(() => decodeRecord(other), /record\.version must be 1, got 2/);
  assert.throws(() => decodeRecord(fromHex(GOLDEN.replace('12345307', '123453ff'))!), /init bit/);
});

Deno.test('random bytes either decode to a record that encodes to the same bytes, or are refused', () => {
  const runs = Number(Deno.env.get('SHOAL_FUZZ_RUNS') ?? 2000);
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: RECORD_BYTES, maxLength: RECORD_BYTES }),
      fc.boolean(),
      (random, valid) => {
        const bytes = Uint8Array.from(random);
        if (valid) bytes[0] = 1;
        let record: PieceRecord;
        try {
          record = decodeRecord(bytes);
        } catch (error) {
          assert.ok(error instanceof RangeError);
          return;
        }
        assert.deepEqual([...encodeRecord(record)], [...bytes]);
      },
    ),
    { numRuns: runs },
  );
});
