import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes } from '../../protocol/bytes.ts';
import { MAX_PIECES_PER_SEGMENT, pieceOf, segmentOf } from '../../protocol/piece-index.ts';
import { MAX_PIECE_BYTES, RecordFlag } from '../../protocol/record.ts';
import { boxChunk } from './chunk.ts';
import type { Sample } from './sample.ts';
import { readBoxes } from './testing/boxes.ts';
import { type PieceDraft, TrackCutter } from './track-cutter.ts';

const FRAME = 3000;

function sample(at: number, bytes: number, changes: Partial<Sample> = {}): Sample {
  return {
    data: new Uint8Array(bytes),
    decodeTime: at,
    compositionOffset: 0,
    nominalDuration: FRAME,
    sync: false,
    gapBefore: false,
    ...changes,
  };
}

function cutter(kbps = 500) {
  const pieces: PieceDraft[] = [];
  const cut = new TrackCutter({
    track: 0,
    timescale: 90_000,
    sliceMs: 100,
    boxChunk,
    onPiece: (piece) => pieces.push(piece),
  });
  cut.bitrateKbps = kbps;
  return { cut, pieces };
}

Deno.test('a slice is a piece as soon as the next frame has come', () => {
  const { cut, pieces } = cutter();
  cut.push(sample(0, 100, { sync: true }), { segment: 0, discontinuity: false });
  cut.push(sample(FRAME, 100));
  cut.push(sample(2 * FRAME, 100));
  assert.equal(pieces.length, 0);
  cut.push(sample(3 * FRAME, 100));
  assert.equal(pieces.length, 1);
  assert.equal(pieces[0]!.durationUs, 100_000);
  assert.equal(pieces[0]!.flags, RecordFlag.keyframe);
});

Deno.test('a keyframe larger than a piece is a chunk of its own in several parts', () => {
  const { cut, pieces } = cutter();
  cut.push(sample(0, 40_000, { sync: true }), { segment: 0, discontinuity: true });
  cut.push(sample(FRAME, 500));
  assert.equal(pieces.length, 3);
  assert.deepEqual(pieces.map(({ durationUs }) => durationUs), [0, 0, 33_333]);
  assert.deepEqual(pieces.map(({ flags }) => flags), [RecordFlag.keyframe | RecordFlag.discontinuity, 0, 0]);
  assert.deepEqual(readBoxes(concatBytes(...pieces.map(({ bytes }) => bytes))).map(({ type }) => type), [
    'moof',
    'mdat',
  ]);
});

Deno.test('frames that do not fit a piece together go into two', () => {
  const { cut, pieces } = cutter();
  cut.push(sample(0, 9000, { sync: true }), { segment: 0, discontinuity: false });
  cut.push(sample(FRAME, 9000));
  assert.equal(pieces.length, 1);
});

Deno.test('a gap ends the chunk and is not part of its duration', () => {
  const { cut, pieces } = cutter();
  cut.push(sample(0, 100, { sync: true }), { segment: 0, discontinuity: false });
  cut.push(sample(10 * FRAME, 100, { gapBefore: true }));
  assert.equal(pieces[0]!.durationUs, 33_333);
});

Deno.test('a sample before the first segment is an error of the caller', () => {
  assert.throws(() => cutter().cut.push(sample(0, 1)), /must come with a cut/);
});

Deno.test('whatever the frames: sizes are bounded, numbers follow each other, nothing is lost', () => {
  const frame = fc.record({
    step: fc.oneof(fc.constant(FRAME), fc.integer({ min: 1, max: 90_000 })),
    bytes: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 300_000 })),
    sync: fc.boolean(),
    gapBefore: fc.boolean(),
    cuts: fc.integer({ min: 0, max: 40 }).map((n) => n === 0),
  });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 300 }), (frames) => {
      const { cut, pieces } = cutter(200);
      let at = 0;
      let segment = -1;
      for (const { step, bytes, sync, gapBefore, cuts } of frames) {
        const due = segment < 0 || cuts || cut.isFull(bytes);
        if (due) segment += 1;
        const next = sample(at, bytes, { sync, gapBefore });
        cut.push(next, due ? { segment, discontinuity: false } : undefined);
        at += step;
      }
      cut.finish();
      const media = frames.reduce((sum, { bytes }) => sum + bytes, 0);
      const boxes = readBoxes(concatBytes(...pieces.map(({ bytes }) => bytes)));
      const carried = boxes.filter(({ type }) => type === 'mdat').reduce(
        (sum, { body }) => sum + body.length,
        0,
      );
      assert.equal(carried, media);
      pieces.forEach(({ index, bytes, flags }, i) => {
        assert.ok(bytes.length >= 1 && bytes.length <= MAX_PIECE_BYTES);
        assert.ok(pieceOf(index) < MAX_PIECES_PER_SEGMENT);
        const before = pieces[i - 1];
        const begins = !before || segmentOf(before.index) !== segmentOf(index);
        assert.equal(pieceOf(index), begins ? 0 : pieceOf(before.index) + 1);
        const next = pieces[i + 1];
        const ends = !next || segmentOf(next.index) !== segmentOf(index);
        assert.equal((flags & RecordFlag.lastOfSegment) !== 0, ends);
      });
    }),
    { numRuns: 40 },
  );
});
