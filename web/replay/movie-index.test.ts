import assert from 'node:assert/strict';
import { box, fullBox, u16, u32, u64 } from '../../origin/media/box.ts';
import { concatBytes } from '../../protocol/bytes.ts';
import { readMovieIndex, segmentFor } from './movie-index.ts';

const SAP = 0x90000000;

function header(...entries: [bytes: number, units: number, sap: number][]): Uint8Array {
  const sidx = fullBox(
    'sidx',
    1,
    0,
    ...[u32(1, 1000), u64(0), u64(100), u16(0, entries.length)],
    ...entries.map(([bytes, units, sap]) => u32(bytes, units, sap)),
  );
  return concatBytes(box('ftyp', u32(0)), box('moov', u32(0, 0)), sidx, box('free', new Uint8Array(92)));
}

Deno.test('the index tells where each segment lies in bytes and in time', () => {
  const bytes = header([500, 2000, SAP], [300, 1000, 0], [700, 2000, SAP]);
  const index = readMovieIndex(bytes);
  assert.deepEqual([index.initBytes, index.durationS], [28, 5]);
  assert.deepEqual(index.segments[0], {
    start: bytes.length,
    end: bytes.length + 500,
    startS: 0,
    endS: 2,
    isIndependent: true,
  });
  assert.deepEqual([index.segments[2]!.start, index.segments[2]!.startS], [bytes.length + 800, 3]);
});

Deno.test('a seek begins at the sync sample before it', () => {
  const { segments } = readMovieIndex(header([500, 2000, SAP], [300, 1000, 0], [700, 2000, SAP]));
  assert.deepEqual([0, 1.9, 2.5, 3, 99].map((time) => segmentFor(segments, time)), [0, 0, 0, 2, 2]);
  assert.equal(segmentFor([], 1), -1);
});

Deno.test('what is no header of a recording is named', () => {
  assert.throws(() => readMovieIndex(new Uint8Array(0)), /header\.sidx is missing/);
  assert.throws(() => readMovieIndex(u32(9999, 0x6d6f6f76)), /header\.moov does not fit, 9999 bytes/);
  const broken = header([500, 2000, SAP]);
  broken[28 + 8 + 31] = 200;
  assert.throws(() => readMovieIndex(broken), /sidx\.count does not fit, got 200/);
});
