import assert from 'node:assert/strict';
import fc from 'fast-check';
import { INIT_PIECE, packIndex, SEGMENT_COUNT } from '../../protocol/piece-index.ts';
import { Source, VIDEO } from './testing/source.ts';
import { TrackWindow } from './track-window.ts';
import { claimState, encodeWindowState, isWrittenOut, newestStart, stateHas } from './window-state.ts';

const runs = Number(Deno.env.get('SHOAL_FUZZ_RUNS') ?? 200);

/** A window with all but some pieces of so many segments. */
function windowWithout(missing: Set<number>, toMs: number, first = 0): TrackWindow {
  const window = new TrackWindow(0, 16);
  const source = new Source();
  for (const frame of source.cut(VIDEO, 0, toMs)) {
    if (source.isInit(frame) || missing.has(frame.record.index)) continue;
    const index = (frame.record.index + (first << 12)) | 0;
    window.put(first === 0 ? frame : source.make({ ...frame.record, index }));
  }
  return window;
}

Deno.test('a state says of every piece of the newest segments whether it is held', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(5 * 22)), fc.integer({ min: 300, max: 11_900 }), (gaps, toMs) => {
      const missing = new Set(gaps.map((n) => packIndex(Math.floor(n / 22), 0, n % 22)));
      const window = windowWithout(missing, toMs);
      const state = encodeWindowState(window);
      if (state === undefined) return;
      for (let segment = window.newestSegment - 3; segment <= window.newestSegment; segment++) {
        for (let piece = 0; piece < 30 && segment >= 0; piece++) {
          const index = packIndex(segment, 0, piece);
          assert.equal(stateHas(state, index), window.piece(index) !== undefined);
        }
      }
    }),
    { numRuns: runs },
  );
});

Deno.test('segments before those are said to be held only when they are whole', () => {
  const window = windowWithout(new Set([packIndex(3, 0, 7)]), 19_000);
  const state = encodeWindowState(window)!;
  assert.equal(stateHas(state, packIndex(5, 0, 3)), true);
  assert.equal(stateHas(state, packIndex(3, 0, 3)), false);
  assert.equal(stateHas(state, packIndex(2, 0, 3)), false);
  assert.deepEqual([4, 5, 6, 9].map((segment) => isWrittenOut(state, packIndex(segment, 0, 99))), [
    false,
    false,
    true,
    true,
  ]);
});

Deno.test('a state that tells of pieces behind the end of a segment is refuted, one that tells of all of them is not', () => {
  const window = windowWithout(new Set(), 3900);
  const honest = encodeWindowState(windowWithout(new Set(), 3000))!;
  const lie = { base: packIndex(1, 0, 0), bits: Uint8Array.of(0, 24, 255, 255, 255) };
  assert.equal(claimState(window, honest), false);
  assert.equal(claimState(window, lie), false);
  const later = windowWithout(new Set(), 4000);
  assert.equal(claimState(later, honest), false);
  assert.equal(claimState(later, lie), true);
  assert.equal(claimState(later, encodeWindowState(later)!), false);
});

Deno.test('a state of thirty seconds is small', () => {
  const { bits } = encodeWindowState(windowWithout(new Set(), 29_500))!;
  assert.ok(bits.length <= 20, `${bits.length}`);
});

Deno.test('a state is right across the wrap of segment numbers', () => {
  const window = windowWithout(new Set(), 7000, SEGMENT_COUNT - 2);
  const state = encodeWindowState(window)!;
  for (const segment of [SEGMENT_COUNT - 2, SEGMENT_COUNT - 1, 0, 1]) {
    assert.equal(stateHas(state, packIndex(segment, 0, 2)), true, `${segment}`);
  }
  assert.equal(stateHas(state, packIndex(2, 0, 2)), false);
  assert.equal(newestStart(state), 1);
});

Deno.test('a state tells others which pieces exist', () => {
  const state = encodeWindowState(windowWithout(new Set(), 5400))!;
  const other = new TrackWindow(0, 16);
  claimState(other, state);
  assert.equal(other.newestKnown, 2);
  assert.equal(other.slot(1)!.highest, 21);
});

Deno.test('init segments are not in states, and nothing held means no state', () => {
  const state = encodeWindowState(windowWithout(new Set(), 9000))!;
  assert.equal(stateHas(state, packIndex(3, 0, INIT_PIECE)), false);
  assert.equal(encodeWindowState(new TrackWindow(0, 16)), undefined);
});

Deno.test('no hostile state makes a reader throw or a window grow', () => {
  fc.assert(
    fc.property(fc.integer(), fc.uint8Array({ maxLength: 400 }), fc.integer(), (base, bits, index) => {
      const window = windowWithout(new Set(), 3000);
      const state = { base: base | 0, bits };
      claimState(window, state);
      newestStart(state);
      assert.equal(typeof stateHas(state, index | 0), 'boolean');
      assert.equal(window.newestSegment, 1);
    }),
    { numRuns: runs },
  );
});
