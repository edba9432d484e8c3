import assert from 'node:assert/strict';
import { describeIndex, INIT_PIECE, packIndex } from '../../protocol/piece-index.ts';
import { RecordFlag } from '../../protocol/record.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { PieceWindow } from './piece-window.ts';

function piece(segment: number, number: number, initSegment = 0, byteLength = 10): PieceFrame {
  const flags = number === INIT_PIECE ? RecordFlag.init : 0;
  const record = {
    index: packIndex(segment, 0, number),
    byteLength,
    decodeTimeUs: segment * 2e6,
    durationUs: number === INIT_PIECE ? 0 : 2e6,
    flags,
    initSegment,
    hash: new Uint8Array(32),
  };
  return { record, signed: new Uint8Array(118), bytes: new Uint8Array(byteLength) };
}

Deno.test('pieces leave when they are older than the window, their init stays as long as one needs it', () => {
  const window = new PieceWindow(10);
  window.add(piece(0, INIT_PIECE));
  for (let segment = 0; segment < 20; segment++) window.add(piece(segment, 0));
  assert.deepEqual(window.newestFirst().map(describeIndex).slice(0, 3), ['0-0-255', '19-0-0', '18-0-0']);
  assert.equal(window.size, 7);
  window.add(piece(20, INIT_PIECE, 20));
  for (let segment = 20; segment < 24; segment++) window.add(piece(segment, 0, 20));
  assert.ok(window.get(packIndex(0, 0, INIT_PIECE)), 'pieces of the first init are still held');
  for (let segment = 24; segment < 30; segment++) window.add(piece(segment, 0, 20));
  assert.equal(window.get(packIndex(0, 0, INIT_PIECE)), undefined);
  assert.ok(window.get(packIndex(20, 0, INIT_PIECE)));
});

Deno.test('bytes bound the window too, and a shorter window takes effect with the next piece', () => {
  const window = new PieceWindow(1000, 1000);
  for (let segment = 0; segment < 50; segment++) window.add(piece(segment, 0, 0, 300));
  assert.equal(window.size, 3);
  assert.equal(window.bytes, 900);
  window.windowS = 1;
  window.add(piece(50, 0, 0, 300));
  assert.equal(window.size, 1);
  window.clear();
  assert.deepEqual([window.size, window.bytes], [0, 0]);
});
