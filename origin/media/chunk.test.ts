import assert from 'node:assert/strict';
import { toHex } from '../../protocol/bytes.ts';
import { boxChunk } from './chunk.ts';
import type { TimedSample } from './sample.ts';
import { findBox, readBoxes, viewOf } from './testing/boxes.ts';

function sample(changes: Partial<TimedSample> = {}): TimedSample {
  return {
    data: Uint8Array.of(1, 2, 3),
    decodeTime: 2 ** 40 + 5,
    compositionOffset: 0,
    nominalDuration: 3000,
    duration: 3000,
    sync: false,
    gapBefore: false,
    ...changes,
  };
}

Deno.test('a chunk of one sample is written byte for byte as the standard says', () => {
  const chunk = boxChunk([sample({ sync: true, decodeTime: 90_000 })], 7);
  assert.equal(
    toHex(chunk),
    '00000064' + '6d6f6f66' +
      '00000010' + '6d666864' + '00000000' + '00000007' +
      '0000004c' + '74726166' +
      '00000018' + '74666864' + '00020028' + '00000001' + '00000bb8' + '02000000' +
      '00000014' + '74666474' + '01000000' + '0000000000015f90' +
      '00000018' + '7472756e' + '01000201' + '00000001' + '0000006c' + '00000003' +
      '0000000b' + '6d646174' + '010203',
  );
});

Deno.test('decode times beyond 32 bits and negative composition offsets survive', () => {
  const boxes = readBoxes(boxChunk([sample(), sample({ compositionOffset: -1500 })], 1));
  const tfdt = viewOf(findBox(boxes, 'moof/traf/tfdt').body);
  assert.equal(tfdt.getUint8(0), 1);
  assert.equal(Number(tfdt.getBigUint64(4)), 2 ** 40 + 5);
  const trun = viewOf(findBox(boxes, 'moof/traf/trun').body);
  assert.equal(trun.getUint32(0), 0x0100_0a01, 'version 1 with sizes and signed composition offsets');
  assert.equal(trun.getInt32(12 + 4), 0);
  assert.equal(trun.getInt32(12 + 12), -1500);
});

Deno.test('a keyframe in front is flagged once, keyframes in between each for itself', () => {
  const front = findBox(
    readBoxes(boxChunk([sample({ sync: true }), sample(), sample()], 1)),
    'moof/traf/trun',
  );
  assert.equal(viewOf(front.body).getUint32(0) & 0xfff, 0x205);
  assert.equal(viewOf(front.body).getUint32(12), 0x0200_0000);
  const between = findBox(readBoxes(boxChunk([sample(), sample({ sync: true })], 1)), 'moof/traf/trun');
  assert.equal(viewOf(between.body).getUint32(0) & 0xfff, 0x601);
  assert.equal(viewOf(between.body).getUint32(12 + 4), 0x0101_0000);
  assert.equal(viewOf(between.body).getUint32(12 + 12), 0x0200_0000);
});

Deno.test('durations stand in the tfhd when they are one, in the trun when they differ', () => {
  const one = readBoxes(boxChunk([sample(), sample()], 1));
  assert.equal(viewOf(findBox(one, 'moof/traf/tfhd').body).getUint32(0) & 8, 8);
  const two = readBoxes(boxChunk([sample(), sample({ duration: 3060 })], 1));
  assert.equal(viewOf(findBox(two, 'moof/traf/tfhd').body).getUint32(0) & 8, 0);
  assert.equal(viewOf(findBox(two, 'moof/traf/trun').body).getUint32(12 + 8), 3060);
});

Deno.test('the data offset points at the first byte of the first sample', () => {
  const chunk = boxChunk([sample({ data: Uint8Array.of(0xaa) }), sample({ data: Uint8Array.of(0xbb) })], 1);
  const trun = viewOf(findBox(readBoxes(chunk), 'moof/traf/trun').body);
  assert.equal(chunk[trun.getUint32(8)], 0xaa);
  assert.throws(() => boxChunk([], 1), /must not be empty/);
});
