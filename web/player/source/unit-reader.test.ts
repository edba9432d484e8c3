import assert from 'node:assert/strict';
import { INIT_PIECE, packIndex } from '../../../protocol/piece-index.ts';
import { RecordFlag } from '../../../protocol/record.ts';
import { Shelf } from '../../peer/shelf.ts';
import { HOLE_WAIT_MS, TrackTimeline } from './track-timeline.ts';
import { readUnit } from './unit-reader.ts';

const PIECES = 4;

/** A shelf with the init segment of track 0, and the timeline over it. */
function bench() {
  const shelf = new Shelf(30_000);
  const put = (segment: number, piece: number, flags = 0, isOfJoin = false) =>
    shelf.add({
      record: {
        index: packIndex(segment, 0, piece),
        byteLength: 1,
        decodeTimeUs: segment * 2_000_000 + (piece === INIT_PIECE ? 0 : piece * 500_000),
        durationUs: piece === INIT_PIECE ? 0 : 500_000,
        flags: flags | (piece === PIECES - 1 ? RecordFlag.lastOfSegment : 0),
        initSegment: 0,
        hash: new Uint8Array(32),
      },
      bytes: Uint8Array.of(segment * 16 + piece),
    }, isOfJoin);
  put(0, INIT_PIECE, RecordFlag.init);
  const timeline = new TrackTimeline(0, () => shelf.segments(0), (init) => shelf.init(0, init) !== undefined);
  return { shelf, put, timeline, abort: new AbortController() };
}

function whole(put: (segment: number, piece: number) => void, segment: number): void {
  for (let piece = 0; piece < PIECES; piece++) put(segment, piece);
}

Deno.test('a finished unit is read at once and ends', async () => {
  const { shelf, put, timeline, abort } = bench();
  whole(put, 0);
  whole(put, 1);
  timeline.update(0);
  const parts = await Array.fromAsync(readUnit(shelf, timeline, timeline.units[0]!, abort.signal));
  assert.deepEqual(parts.map((part) => [...part]), [[0, 1, 2, 3]]);
});

Deno.test('a unit that a join entered at a keyframe within it is read from there on', async () => {
  const { shelf, put, timeline, abort } = bench();
  put(0, 1, RecordFlag.keyframe, true);
  timeline.update(0);
  assert.equal(timeline.units[0]!.startUs, 500_000);
  const reader = readUnit(shelf, timeline, timeline.units[0]!, abort.signal);
  assert.deepEqual([...(await reader.next()).value!], [1]);
  put(0, 2);
  put(0, 3);
  whole(put, 1);
  timeline.update(1);
  assert.deepEqual([...(await reader.next()).value!], [2, 3]);
  assert.equal((await reader.next()).done, true);
  assert.equal(timeline.units[1]!.startUs, 2_000_000);
});

Deno.test('an open unit is read piece by piece, in order whatever the order of arrival', async () => {
  const { shelf, put, timeline, abort } = bench();
  put(0, 0);
  timeline.update(0);
  const reader = readUnit(shelf, timeline, timeline.units[0]!, abort.signal);
  assert.deepEqual([...(await reader.next()).value!], [0]);
  put(0, 2);
  timeline.update(1);
  put(0, 1);
  timeline.update(2);
  assert.deepEqual([...(await reader.next()).value!], [1, 2]);
  put(0, 3);
  whole(put, 1);
  timeline.update(3);
  assert.deepEqual([...(await reader.next()).value!], [3]);
  assert.equal((await reader.next()).done, true);
});

Deno.test('segments that were cut off by force are read as one', async () => {
  const { shelf, put, timeline, abort } = bench();
  whole(put, 0);
  put(1, 0, RecordFlag.dependent);
  for (let piece = 1; piece < PIECES; piece++) put(1, piece);
  whole(put, 2);
  timeline.update(0);
  const parts = await Array.fromAsync(readUnit(shelf, timeline, timeline.units[0]!, abort.signal));
  assert.deepEqual(parts.flatMap((part) => [...part]), [0, 1, 2, 3, 16, 17, 18, 19]);
});

Deno.test('a unit with a hole that was given up ends at the hole', async () => {
  const { shelf, put, timeline, abort } = bench();
  put(0, 0);
  put(0, 2);
  put(0, 3);
  whole(put, 1);
  timeline.update(0);
  timeline.update(HOLE_WAIT_MS);
  const parts = await Array.fromAsync(readUnit(shelf, timeline, timeline.units[0]!, abort.signal));
  assert.deepEqual(parts.map((part) => [...part]), [[0]]);
});

Deno.test('reading ends when it is aborted, and when the timeline ends', async () => {
  const { shelf, put, timeline, abort } = bench();
  put(0, 0);
  timeline.update(0);
  const one = readUnit(shelf, timeline, timeline.units[0]!, abort.signal);
  await one.next();
  const waiting = one.next();
  abort.abort();
  timeline.nudge();
  assert.equal((await waiting).done, true);
  const other = readUnit(shelf, timeline, timeline.units[0]!, new AbortController().signal);
  await other.next();
  const ending = other.next();
  timeline.end();
  assert.equal((await ending).done, true);
});

Deno.test('what is read is a copy: the mesh still needs its bytes', async () => {
  const { shelf, put, timeline, abort } = bench();
  put(0, 0);
  timeline.update(0);
  const { value } = await readUnit(shelf, timeline, timeline.units[0]!, abort.signal).next();
  value![0] = 99;
  assert.deepEqual([...shelf.piece(packIndex(0, 0, 0))!.bytes], [0]);
});
