import assert from 'node:assert/strict';
import { INIT_PIECE, packIndex, SEGMENT_COUNT } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import { AUDIO, Source, VIDEO } from './testing/source.ts';
import { TrackWindow } from './track-window.ts';
import { WindowStore } from './window-store.ts';

function storeOf(windowMs = 30_000): { source: Source; store: WindowStore } {
  const source = new Source();
  return { source, store: new WindowStore(source.broadcast, windowMs) };
}

function fill(store: WindowStore, source: Source, fromMs: number, toMs: number): void {
  for (const frame of source.cut(VIDEO, fromMs, toMs)) store.put(frame);
}

Deno.test('what was put is held, and nothing else', () => {
  const { source, store } = storeOf();
  fill(store, source, 0, 3000);
  for (const [index, frame] of source.frames) assert.equal(store.piece(index), frame);
  assert.equal(store.piece(packIndex(1, 0, 40)), undefined);
  assert.equal(store.piece(packIndex(0, 1, 0)), undefined);
  assert.equal(store.piece(packIndex(0, 9, 0)), undefined);
});

Deno.test('what is older than the window is forgotten and refused', () => {
  const { source, store } = storeOf(6000);
  fill(store, source, 0, 20_000);
  const old = source.frames.get(packIndex(2, 0, 0))!;
  assert.equal(store.piece(old.record.index), undefined);
  assert.equal(store.standing(old), 'refused');
  assert.equal(store.standing(source.frames.get(packIndex(8, 0, 0))!), 'held');
});

Deno.test('memory is bounded: after five minutes as many pieces are held as after one', () => {
  const { source, store } = storeOf(6000);
  const held = () => [...source.frames.keys()].filter((index) => store.piece(index) !== undefined).length;
  fill(store, source, 0, 60_000);
  const minute = held();
  for (let ms = 60_000; ms < 300_000; ms += 10_000) fill(store, source, ms, ms + 10_000);
  assert.equal(held(), minute);
});

Deno.test('a second record of an index is a conflict, the same one again is held', () => {
  const { source, store } = storeOf();
  fill(store, source, 0, 1000);
  const first = source.frames.get(packIndex(0, 0, 1))!;
  const second = source.make({ ...first.record }, 7);
  assert.equal(store.standing(first), 'held');
  assert.equal(store.standing({ ...first, signed: first.signed.slice() }), 'held');
  assert.equal(store.standing(second), 'conflict');
});

Deno.test('a piece of an unknown track is refused', () => {
  const { source, store } = storeOf();
  const frame = source.make({ ...source.cut(AUDIO, 0, 200)[1]!.record, index: packIndex(0, 5, 0) });
  assert.equal(store.standing(frame), 'refused');
});

Deno.test('the init segment that pieces need is known to be missing until it comes, and outlives the window', () => {
  const { source, store } = storeOf(6000);
  const [init, ...pieces] = source.cut(VIDEO, 0, 20_000);
  for (const frame of pieces) store.put(frame);
  const window = store.track(0)!;
  assert.equal(window.wantedInit, packIndex(0, 0, INIT_PIECE));
  store.put(init!);
  assert.equal(window.wantedInit, undefined);
  fill(store, source, 20_000, 40_000);
  assert.equal(store.piece(packIndex(0, 0, INIT_PIECE)), init);
});

Deno.test('segment numbers wrap around without loss', () => {
  const source = new Source();
  const window = new TrackWindow(0, 4);
  for (const segment of [SEGMENT_COUNT - 2, SEGMENT_COUNT - 1, 0, 1]) {
    const base = source.cut(VIDEO, 0, 100)[1]!.record;
    window.put(source.make({ ...base, index: packIndex(segment, 0, 0) }));
  }
  assert.equal(window.newestSegment, 1);
  assert.ok(window.piece(packIndex(SEGMENT_COUNT - 2, 0, 0)) !== undefined);
  window.put(source.make({ ...source.cut(VIDEO, 0, 100)[1]!.record, index: packIndex(2, 0, 0) }));
  assert.equal(window.piece(packIndex(SEGMENT_COUNT - 2, 0, 0)), undefined);
});

Deno.test('how far media has come is known by what is held, and by what others claim', () => {
  const { source, store } = storeOf();
  const window = store.track(VIDEO.track)!;
  assert.equal(window.knownMs, -Infinity);
  fill(store, source, 0, 3000);
  assert.equal(window.knownMs, 3000);
  window.claim(1, 16);
  assert.equal(window.knownMs, 3500, 'five more slices of the segment that is here');
});

Deno.test('claims say what exists, within bounds, and never beyond a last piece', () => {
  const { source, store } = storeOf();
  fill(store, source, 0, 2000);
  const window = store.track(0)!;
  window.claim(0, 200);
  assert.equal(window.slot(0)!.highest, window.slot(0)!.last);
  window.claim(1, 5);
  assert.deepEqual([window.newestKnown, window.newestSegment, window.slot(1)!.highest], [1, 0, 5]);
  window.claim(500, 5);
  window.claim(2, 240);
  assert.equal(window.newestKnown, 1);
  window.forgetClaims();
  assert.deepEqual([window.newestKnown, window.slot(1)], [0, undefined]);
});

Deno.test('the cut of a missing piece is estimated from its neighbours', () => {
  const { source, store } = storeOf();
  const frames = source.cut(VIDEO, 0, 2000);
  const window = store.track(0)!;
  for (const frame of frames) if (frame.record.index !== packIndex(0, 0, 10)) store.put(frame);
  const slot = window.slot(0)!;
  const real = frames.find((frame) => frame.record.index === packIndex(0, 0, 10))!.record;
  assert.equal(window.estimateCutMs(slot, 10), (real.decodeTimeUs + real.durationUs) / 1000);
  assert.equal(window.estimateCutMs({ ...slot, frames: [] }, 3), 400);
});

Deno.test('a lost end of a segment is told by the next one, a pause of the encoder is not taken for it', () => {
  const { source, store } = storeOf();
  const window = store.track(0)!;
  const next = source.cut(VIDEO, 2000, 2300);
  for (const frame of source.cut(VIDEO, 0, 1600)) store.put(frame);
  assert.deepEqual([window.slot(0)!.lost, window.slot(0)!.highest], [-1, 17]);
  for (const frame of next.slice(1)) store.put(frame);
  assert.deepEqual([window.slot(0)!.lost, window.slot(0)!.highest], [21, 21]);
  const { record } = next[0]!;
  store.put(source.make({ ...record, flags: record.flags | RecordFlag.discontinuity }));
  assert.deepEqual([window.slot(0)!.lost, window.slot(0)!.highest], [-1, 17]);
});

Deno.test('what other tracks have come to tells of the pieces of this one, over the end of a segment too', () => {
  const source = new Source();
  const window = new TrackWindow(1, 15, 200);
  for (const frame of source.cut(source.broadcast.tracks[1]!, 0, 1400)) window.put(frame);
  window.expect(1700);
  assert.equal(window.slot(0)!.highest, 6, 'the next one may not be cut yet');
  window.expect(2600);
  assert.equal(window.slot(0)!.highest, 9);
  assert.deepEqual([window.slot(1)!.highest, window.newestKnown], [1, 1]);
  assert.equal(window.slot(2), undefined);
  window.expect(9000);
  assert.deepEqual([window.slot(0)!.highest, window.slot(1)!.highest], [9, 1], 'a pause is no loss');
});

Deno.test('a segment of which nothing came is looked for between its neighbours, one that was skipped is not', () => {
  const { source, store } = storeOf();
  const window = store.track(0)!;
  fill(store, source, 0, 2000);
  fill(store, source, 4000, 4100);
  assert.deepEqual([window.slot(1)!.lost, window.slot(1)!.highest], [0, 0]);
  const audio = store.track(1)!;
  for (const frame of source.cut(AUDIO, 0, 2000)) store.put(frame);
  const [late] = source.cut(AUDIO, 2000, 2200);
  store.put(source.make({ ...late!.record, index: packIndex(2, 1, 0) }));
  assert.equal(audio.slot(1), undefined);
});
