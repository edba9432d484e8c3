import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes } from './bytes.ts';
import {
  decodeFrameHead,
  decodePieceFrame,
  encodeIdleFrame,
  encodePieceFrame,
  FrameReader,
} from './frame.ts';
import { packIndex } from './piece-index.ts';
import { encodeRecord, SIGNATURE_BYTES } from './record.ts';

function frameOf(piece: number, length: number): Uint8Array {
  const record = encodeRecord({
    index: packIndex(5, 0, piece),
    byteLength: length,
    decodeTimeUs: 0,
    durationUs: 0,
    flags: 0,
    initSegment: 5,
    hash: new Uint8Array(32),
  });
  return encodePieceFrame(
    concatBytes(record, new Uint8Array(SIGNATURE_BYTES)),
    new Uint8Array(length).fill(piece),
  );
}

Deno.test('frames are found however the stream is cut', () => {
  const stream = concatBytes(
    frameOf(1, 10),
    encodeIdleFrame(),
    frameOf(2, 65536),
    encodeIdleFrame(),
    frameOf(3, 1),
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 20 }), (cuts) => {
      const reader = new FrameReader();
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const frames = edges.slice(1).flatMap((end, i) => reader.push(stream.subarray(edges[i], end)));
      assert.deepEqual(frames.map((frame) => frame.bytes.length), [10, 65536, 1]);
      assert.deepEqual(frames.map((frame) => frame.bytes[0]), [1, 2, 3]);
      assert.ok(reader.isWhole);
    }),
    { numRuns: 200 },
  );
});

Deno.test('an unknown kind ends the stream with a reason', () => {
  assert.throws(() => new FrameReader().push(Uint8Array.of(7)), /frame\.kind must be 1 or 2, got 7/);
});

Deno.test('a message must be one whole frame', () => {
  assert.equal(decodePieceFrame(frameOf(4, 20)).record.byteLength, 20);
  assert.throws(() => decodePieceFrame(frameOf(4, 20).subarray(0, 60)), /one whole piece frame/);
  assert.throws(() => decodePieceFrame(concatBytes(frameOf(1, 2), frameOf(2, 2))), /one whole piece frame/);
  assert.throws(() => decodePieceFrame(encodeIdleFrame()), /one whole piece frame/);
});

Deno.test('a frame is not built around half a record', () => {
  assert.throws(
    () => encodePieceFrame(new Uint8Array(54), new Uint8Array(1)),
    /frame\.signed must be 118 bytes/,
  );
});

Deno.test('the record of a frame is read where it lies, with the place of the next frame', () => {
  const body = concatBytes(frameOf(1, 10), frameOf(2, 30));
  const first = decodeFrameHead(body, 0);
  assert.deepEqual([first.record.byteLength, first.end], [10, frameOf(1, 10).length]);
  assert.deepEqual(decodeFrameHead(body, first.end).end, body.length);
  assert.throws(() => decodeFrameHead(body, 1), RangeError);
  assert.throws(() => decodeFrameHead(body.subarray(0, 60), 0), RangeError);
});
