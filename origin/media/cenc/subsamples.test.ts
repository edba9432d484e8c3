import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes, fromHex } from '../../../protocol/bytes.ts';
import { u32 } from '../box.ts';
import { parameterSetsOf } from '../avc.ts';
import { MAX_HEADER_BYTES, SliceReader } from './slice-header.ts';
import { h264Subsamples, type Subsample } from './subsamples.ts';

/** avcC of x264, High profile, 320 x 180. */
const AVCC = fromHex(
  '0164000dffe1001a6764000dacd941419f9f0110000003001000000303c0f142996001000568ebecb22cfdf8f800',
)!;
/** The first bytes of an IDR slice that x264 wrote with those parameter sets. */
const IDR = '65888400';

function reader(): SliceReader {
  const slices = new SliceReader();
  for (const set of parameterSetsOf(AVCC)) slices.learn(set);
  return slices;
}

const nal = (bytes: Uint8Array) => concatBytes(u32(bytes.length), bytes);
const total = (parts: Subsample[]) => parts.reduce((sum, part) => sum + part.clear + part.encrypted, 0);

Deno.test('the parameter sets of a decoder configuration are found', () => {
  assert.deepEqual(parameterSetsOf(AVCC).map((set) => [set[0]! & 31, set.length]), [[7, 26], [8, 5]]);
  assert.deepEqual(parameterSetsOf(AVCC.subarray(0, 20)), []);
  assert.deepEqual(parameterSetsOf(new Uint8Array()), []);
});

Deno.test('a slice is encrypted from the byte after its header on, other units not at all', () => {
  const slice = concatBytes(fromHex(IDR)!, new Uint8Array(996).fill(0xaa));
  const header = reader().headerBytes(slice)!;
  assert.ok(header >= 4 && header <= 8, `an IDR slice's header has ${header} bytes`);
  const sei = new Uint8Array(30).fill(6);
  const unit = concatBytes(nal(sei), nal(slice));
  assert.deepEqual(h264Subsamples(unit, reader(), false), [
    { clear: 34 + 4 + header, encrypted: 1000 - header },
  ]);
  const blocks = h264Subsamples(unit, reader(), true);
  assert.equal(blocks[0]!.encrypted, 1000 - header - (1000 - header) % 16);
  assert.equal(total(blocks), unit.length);
});

Deno.test('a slice that cannot be read stays clear for longer than any header is', () => {
  const slice = concatBytes(fromHex(IDR)!, new Uint8Array(996).fill(0xaa));
  const knowsNothing = new SliceReader();
  assert.equal(knowsNothing.headerBytes(slice), undefined);
  assert.deepEqual(h264Subsamples(nal(slice), knowsNothing, false), [
    { clear: 4 + MAX_HEADER_BYTES, encrypted: 1000 - MAX_HEADER_BYTES },
  ]);
});

Deno.test('parameter sets inside the stream are learnt', () => {
  const slices = new SliceReader();
  const slice = concatBytes(fromHex(IDR)!, new Uint8Array(996).fill(0xaa));
  const unit = concatBytes(...parameterSetsOf(AVCC).map(nal), nal(slice));
  const parts = h264Subsamples(unit, slices, false);
  assert.equal(parts[0]!.encrypted, 1000 - reader().headerBytes(slice)!);
});

Deno.test('a clear part beyond 65,535 bytes takes several subsamples', () => {
  const parts = h264Subsamples(nal(new Uint8Array(150_000).fill(6)), reader(), false);
  assert.deepEqual(parts.map(({ clear }) => clear), [65_535, 65_535, 150_004 - 131_070]);
});

Deno.test('with more slices than can be told apart, what is left is encrypted as a whole', () => {
  const slice = concatBytes(fromHex(IDR)!, new Uint8Array(96).fill(0xaa));
  const unit = concatBytes(...Array.from({ length: 60 }, () => nal(slice)));
  const parts = h264Subsamples(unit, reader(), false);
  assert.equal(parts.length, 40);
  assert.equal(total(parts), unit.length);
  assert.ok(parts.at(-1)!.encrypted > 20 * 100);
});

Deno.test('whatever the units hold: the parts add up, fit their fields, and nothing throws', () => {
  fc.assert(fc.property(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 60 }),
    fc.boolean(),
    (units, wholeBlocks) => {
      const data = concatBytes(...units.map((unit) => nal(unit)));
      const parts = h264Subsamples(data, reader(), wholeBlocks);
      assert.equal(total(parts), data.length);
      assert.ok(parts.length <= 40);
      assert.ok(parts.every(({ clear, encrypted }) => clear >= 0 && clear <= 65_535 && encrypted >= 0));
    },
  ));
});
