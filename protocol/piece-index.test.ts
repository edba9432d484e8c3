import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  audioSliceMs,
  compareIndex,
  describeIndex,
  indexFromHex,
  indexToHex,
  packIndex,
  pieceOf,
  SEGMENT_COUNT,
  segmentDistance,
  segmentOf,
  substreamOf,
  substreamsFor,
  trackOf,
} from './piece-index.ts';

const segment = fc.integer({ min: 0, max: SEGMENT_COUNT - 1 });
const track = fc.integer({ min: 0, max: 15 });
const piece = fc.integer({ min: 0, max: 255 });

Deno.test('the parts of an index come back out of it, and out of its hex form', () => {
  fc.assert(fc.property(segment, track, piece, (s, t, p) => {
    const index = packIndex(s, t, p);
    assert.equal(index, index | 0);
    assert.deepEqual([segmentOf(index), trackOf(index), pieceOf(index)], [s, t, p]);
    assert.equal(indexFromHex(indexToHex(index)), index);
  }));
});

Deno.test('an index part out of range is named', () => {
  assert.throws(() => packIndex(SEGMENT_COUNT, 0, 0), /index\.segment must be .* 1048575, got 1048576/);
  assert.throws(() => packIndex(0, 16, 0), /index\.track/);
  assert.throws(() => packIndex(0, 0, 1.5), /index\.piece/);
});

Deno.test('order survives the wrap of the segment number', () => {
  const last = packIndex(SEGMENT_COUNT - 1, 0, 7);
  const first = packIndex(0, 0, 0);
  assert.ok(compareIndex(last, first) < 0);
  assert.ok(compareIndex(first, last) > 0);
  assert.equal(segmentDistance(SEGMENT_COUNT - 1, 2), 3);
  assert.equal(segmentDistance(2, SEGMENT_COUNT - 1), -3);
});

Deno.test('comparing is antisymmetric within half of the circle', () => {
  fc.assert(fc.property(segment, fc.integer({ min: 1, max: SEGMENT_COUNT / 2 - 1 }), (s, ahead) => {
    const a = packIndex(s, 0, 0);
    const b = packIndex((s + ahead) % SEGMENT_COUNT, 0, 0);
    assert.ok(compareIndex(a, b) < 0 && compareIndex(b, a) > 0);
    assert.equal(segmentDistance(s, (s + ahead) % SEGMENT_COUNT), ahead);
  }));
});

Deno.test('pieces of a segment are dealt over all substreams in turn', () => {
  const dealt = [0, 1, 2, 3, 4].map((p) => substreamOf(packIndex(6, 0, p), 4));
  assert.deepEqual(dealt, [2, 3, 0, 1, 2]);
});

Deno.test('substreams follow the bitrate within 1 to 8', () => {
  assert.deepEqual([20, 64, 200, 512, 6000].map(substreamsFor), [1, 1, 3, 8, 8]);
});

Deno.test('text that is not eight hex digits is no index', () => {
  for (const text of ['', '123', 'ABCDEF01', '123456789', '0000000g']) {
    assert.equal(indexFromHex(text), undefined);
  }
  assert.equal(describeIndex(packIndex(12, 1, 255)), '12-1-255');
});

Deno.test('pieces of audio are twice as long as those of the video, within bounds', () => {
  assert.deepEqual([40, 100, 150, 200, 1000].map(audioSliceMs), [200, 200, 300, 400, 400]);
});
