import assert from 'node:assert/strict';
import { INIT_PIECE, packIndex } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { Shelf, type ShelfPiece } from './shelf.ts';

interface Cut {
  durationUs?: number;
  flags?: number;
  track?: number;
  initSegment?: number;
}

/** Ten pieces of 200 ms to a segment, unless told otherwise. */
function piece(segment: number, number: number, cut: Cut = {}): ShelfPiece {
  const { durationUs = 200_000, flags = number === 9 ? RecordFlag.lastOfSegment : 0, track = 0 } = cut;
  const index = packIndex(segment, track, number);
  const decodeTimeUs = segment * 2_000_000 + (number === INIT_PIECE ? 0 : number * 200_000);
  const record = {
    index,
    byteLength: 10,
    decodeTimeUs,
    durationUs,
    flags,
    initSegment: cut.initSegment ?? 0,
  };
  return { record: { ...record, hash: new Uint8Array(32) }, bytes: new Uint8Array(10).fill(number) };
}

function shelfOf(...pieces: ShelfPiece[]): Shelf {
  const shelf = new Shelf(30_000);
  for (const one of pieces) shelf.add(one);
  return shelf;
}

const whole = (segment: number, cut: Cut = {}) =>
  Array.from({ length: 10 }, (_, n) => piece(segment, n, cut));

Deno.test('a segment counts its pieces up to the first gap, whatever order they came in', () => {
  const shelf = shelfOf(piece(5, 3), piece(5, 0), piece(5, 1));
  assert.deepEqual(pick(shelf, 5), { count: 2, complete: false, startUs: 10_000_000, endUs: 10_400_000 });
  assert.deepEqual(shelf.pieces(0, 5).map(({ bytes }) => bytes[0]), [0, 1]);
  shelf.add(piece(5, 2));
  assert.deepEqual(shelf.pieces(0, 5, 2).map(({ bytes }) => bytes[0]), [2, 3]);
});

Deno.test('a segment is complete when the piece flagged last and all before it are here', () => {
  const shelf = shelfOf(...whole(5).toReversed().slice(0, 9));
  assert.equal(shelf.segment(0, 5)!.complete, false);
  shelf.add(piece(5, 0));
  assert.deepEqual(pick(shelf, 5), { count: 10, complete: true, startUs: 10_000_000, endUs: 12_000_000 });
  assert.equal(shelf.segment(0, 5)!.byteLength, 100);
});

Deno.test('segments come in playing order, across the wrap of their numbers', () => {
  const top = (1 << 20) - 1;
  const shelf = new Shelf(1e12);
  for (const segment of [0, top, 1, top - 1]) shelf.add(piece(segment, 0));
  assert.deepEqual(shelf.segments(0).map(({ segment }) => segment), [top - 1, top, 0, 1]);
});

Deno.test('a segment that the encoder broke off is complete as far as it came', () => {
  const shelf = shelfOf(piece(5, 0), piece(5, 1));
  shelf.add(piece(8, 0, { flags: RecordFlag.discontinuity | RecordFlag.keyframe }));
  assert.equal(shelf.segment(0, 5)!.complete, true);
  assert.equal(shelf.segment(0, 8)!.complete, false);
  assert.equal(shelf.segment(0, 8)!.discontinuity, true);
});

Deno.test('a broken-off segment with a hole in it is not complete', () => {
  const shelf = shelfOf(piece(5, 0), piece(5, 2), piece(8, 0, { flags: RecordFlag.discontinuity }));
  assert.equal(shelf.segment(0, 5)!.complete, false);
});

Deno.test('init segments are found under the number that records name, and stay while those are here', () => {
  const init = (segment: number) => piece(segment, INIT_PIECE, { flags: RecordFlag.init, durationUs: 0 });
  const shelf = shelfOf(init(0), piece(5, 0), init(6), piece(6, 0, { initSegment: 6 }));
  assert.equal(shelf.segment(0, 6)!.initSegment, 6);
  assert.ok(shelf.init(0, 0) && shelf.init(0, 6));
  for (let segment = 7; segment < 30; segment++) shelf.add(piece(segment, 0, { initSegment: 6 }));
  assert.equal(shelf.init(0, 0), undefined, 'nothing names it any more');
  assert.ok(shelf.init(0, 6));
});

Deno.test('what is older than the window is let go of, track by track', () => {
  const shelf = shelfOf(...whole(0), ...whole(0, { track: 1 }));
  for (let segment = 1; segment < 40; segment++) shelf.add(piece(segment, 0));
  assert.ok(shelf.segments(0).length <= 17);
  assert.equal(shelf.piece(packIndex(0, 0, 0)), undefined);
  assert.ok(shelf.piece(packIndex(0, 1, 0)), 'the other track has brought nothing newer');
  assert.equal(shelf.newestUs, 39 * 2_000_000 + 200_000);
});

Deno.test('a second is held when nothing in it is missing and something later is here', () => {
  const shelf = shelfOf(...whole(5));
  assert.equal(shelf.holds(0, 10_000_000, 11_000_000), true);
  assert.equal(shelf.holds(0, 11_000_000, 12_000_000), false, 'nothing later is known yet');
  shelf.add(piece(6, 0));
  assert.equal(shelf.holds(0, 11_000_000, 12_000_000), true);
});

Deno.test('a hole within a segment, at its end, or before the next one is a hole in its second', () => {
  const within = shelfOf(...whole(5).filter((_, n) => n !== 2), piece(6, 0));
  assert.equal(within.holds(0, 10_000_000, 11_000_000), false);
  assert.equal(within.holds(0, 11_000_000, 12_000_000), true);
  const atEnd = shelfOf(...whole(5).slice(0, 8), piece(6, 0));
  assert.equal(atEnd.holds(0, 11_000_000, 12_000_000), false);
  const first = shelfOf(...whole(5), piece(6, 1));
  assert.equal(first.holds(0, 12_000_000, 12_100_000), false);
});

Deno.test('what lies before the first piece that was ever taken is not missed', () => {
  assert.equal(shelfOf(...whole(5)).holds(0, 8_000_000, 9_000_000), true);
  assert.equal(new Shelf(1000).holds(0, 0, 1_000_000), false);
});

Deno.test('a join that begins within a segment begins it there, at the first of its keyframes', () => {
  const shelf = new Shelf(30_000);
  const key = { flags: RecordFlag.keyframe };
  shelf.add(piece(5, 4, key), true);
  for (const number of [5, 6, 7, 8]) shelf.add(piece(5, number, number === 7 ? key : { flags: 0 }), true);
  assert.deepEqual(pick(shelf, 5), { count: 9, complete: false, startUs: 10_800_000, endUs: 11_800_000 });
  shelf.add(piece(5, 9));
  assert.deepEqual(pick(shelf, 5), { count: 10, complete: true, startUs: 10_800_000, endUs: 12_000_000 });
  assert.deepEqual(shelf.pieces(0, 5).map(({ bytes }) => bytes[0]), [4, 5, 6, 7, 8, 9]);
  assert.deepEqual(shelf.pieces(0, 5, 8).map(({ bytes }) => bytes[0]), [8, 9]);
  shelf.add(piece(5, 3));
  assert.equal(shelf.segment(0, 5)!.startUs, 10_800_000, 'what comes from before it is left aside');
});

Deno.test('a segment of which something earlier is here is not entered anew', () => {
  const shelf = shelfOf(piece(5, 0), piece(5, 1));
  shelf.add(piece(5, 4, { flags: RecordFlag.keyframe }), true);
  assert.deepEqual(pick(shelf, 5), { count: 2, complete: false, startUs: 10_000_000, endUs: 10_400_000 });
});

Deno.test('a keyframe that came another way enters no segment', () => {
  const shelf = shelfOf(piece(5, 4, { flags: RecordFlag.keyframe }));
  assert.equal(shelf.segment(0, 5)!.startUs, undefined);
});

function pick(shelf: Shelf, segment: number) {
  const { count, complete, startUs, endUs } = shelf.segment(0, segment)!;
  return { count, complete, startUs, endUs };
}

Deno.test('a view is a snapshot, and the same one while nothing has come', () => {
  const shelf = shelfOf(piece(5, 0));
  const [before] = shelf.segments(0);
  assert.equal(shelf.segment(0, 5), before);
  shelf.add(piece(5, 1));
  assert.equal(before!.count, 1);
  assert.equal(shelf.segments(0)[0]!.count, 2);
});
