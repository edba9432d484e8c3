import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes } from '../../../protocol/bytes.ts';
import { parseFlvVideo } from '../flv-video.ts';
import { avcTag, flvHeader, FlvReader } from './flv-stream.ts';

const frame = fc.record({
  timestampMs: fc.integer({ min: 0, max: 0x7fffffff }),
  compositionMs: fc.integer({ min: -0x800000, max: 0x7fffff }),
  keyframe: fc.boolean(),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
});

Deno.test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.integer({ min: 1, max: 99 }), (frames, step) => {
      const stream = concatBytes(flvHeader(), ...frames.map((one) => avcTag(one)));
      const reader = new FlvReader();
      const read = [];
      for (let at = 0; at < stream.length; at += step) {
        read.push(...reader.take(stream.subarray(at, at + step)));
      }
      assert.deepEqual(
        read.map(({ timestampMs, body }) => ({ timestampMs, ...parseFlvVideo(body) })),
        frames.map((one) => ({ kind: 'frame', ...one })),
      );
    }),
  );
});

Deno.test('what is not FLV is refused, and so is a tag without end', () => {
  assert.throws(() => new FlvReader().take(new Uint8Array(20)), /must begin with "FLV"/);
  const endless = concatBytes(flvHeader(), new Uint8Array([9, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0]));
  assert.throws(() => new FlvReader().take(endless), /must be at most 8388608 bytes, got 16777215/);
});
