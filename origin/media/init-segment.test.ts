import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../protocol/bytes.ts';
import { UnsupportedMedia } from '../rtmp/seam.ts';
import { parseAacConfig } from './aac.ts';
import { parseAvcConfig } from './avc.ts';
import { audioInit, videoInit } from './init-segment.ts';
import { findBox, readBoxes, viewOf } from './testing/boxes.ts';

/** avcC of x264, High profile, 320 x 180 (cropped from 320 x 192). */
const AVCC = fromHex(
  '0164000dffe1001a6764000dacd941419f9f0110000003001000000303c0f142996001000568ebecb22cfdf8f800',
)!;

Deno.test('a video init holds the decoder configuration, the size and no samples', () => {
  const config = parseAvcConfig(AVCC);
  assert.deepEqual([config.codec, config.width, config.height], ['avc1.64000d', 320, 180]);
  const boxes = readBoxes(videoInit(config));
  assert.deepEqual(boxes.map(({ type }) => type), ['ftyp', 'moov']);
  const mdhd = viewOf(findBox(boxes, 'moov/trak/mdia/mdhd').body);
  assert.equal(mdhd.getUint32(12), 90_000);
  const stsd = findBox(boxes, 'moov/trak/mdia/minf/stbl/stsd').body;
  const entry = findBox(readBoxes(stsd.subarray(8)), 'avc1').body;
  assert.equal(viewOf(entry).getUint16(24), config.width);
  assert.equal(viewOf(entry).getUint16(26), config.height);
  assert.deepEqual(findBox(readBoxes(entry.subarray(78)), 'avcC').body, AVCC);
  const trex = viewOf(findBox(boxes, 'moov/mvex/trex').body);
  assert.equal(trex.getUint32(4), 1);
});

Deno.test('an audio init holds the AudioSpecificConfig, the rate and the frame length', () => {
  const config = parseAacConfig(Uint8Array.of(0x11, 0x90));
  assert.deepEqual([config.codec, config.sampleRate, config.channels, config.frameLength], [
    'mp4a.40.2',
    48_000,
    2,
    1024,
  ]);
  const boxes = readBoxes(audioInit(config));
  const stsd = findBox(boxes, 'moov/trak/mdia/minf/stbl/stsd').body;
  const entry = findBox(readBoxes(stsd.subarray(8)), 'mp4a').body;
  const esds = findBox(readBoxes(entry.subarray(28)), 'esds').body;
  assert.ok(toHex(esds).includes('05021190'), 'DecoderSpecificInfo');
  const trex = viewOf(findBox(boxes, 'moov/mvex/trex').body);
  assert.equal(trex.getUint32(12), 1024);
});

Deno.test('HE-AAC counts in the rate of its core', () => {
  // Object type 5 (SBR), core 24 kHz, stereo, extended to 48 kHz, core object type 2.
  const config = parseAacConfig(Uint8Array.of(0x2b, 0x11, 0x88, 0x00));
  assert.deepEqual([config.codec, config.sampleRate, config.channels], ['mp4a.40.5', 24_000, 2]);
});

Deno.test('configurations that cannot be served are refused with the reason', () => {
  const refused = (act: () => unknown, reason: RegExp) =>
    assert.throws(act, (error) => error instanceof UnsupportedMedia && reason.test(error.message));
  refused(() => parseAvcConfig(new Uint8Array(3)), /not an AVC decoder configuration/);
  refused(() => parseAvcConfig(AVCC.slice(0, 20)), /no sequence parameter set/);
  refused(() => parseAvcConfig(AVCC.with(4, 0xfd)), /lengths must have 4 bytes, got 2/);
  refused(
    () => parseAvcConfig(Uint8Array.from([1, 100, 0, 13, 255, 225, 0, 4, 0x67, 100, 0, 13])),
    /cannot be read/,
  );
  refused(() => parseAacConfig(Uint8Array.of(0x11)), /cannot be read/);
  refused(() => parseAacConfig(Uint8Array.of(0x0a, 0x10)), /AAC object type 1 is not supported/);
  refused(() => parseAacConfig(Uint8Array.of(0x11, 0x80)), /channel layout/);
});
