import assert from 'node:assert/strict';
import { decodeRecord, RecordFlag, signatureOf } from '../../../protocol/record.ts';
import { simulatedVerify, Stream, type StreamPiece } from './stream.ts';

function cut(kbps: number, ms: number, pieceMs = 100): { stream: Stream; pieces: StreamPiece[] } {
  const stream = new Stream({ kbps, pieceMs, audioMs: 2 * pieceMs });
  const pieces: StreamPiece[] = [];
  for (let at = 0; at <= ms; at += 20) pieces.push(...stream.cut(at));
  return { stream, pieces };
}

Deno.test('what is cut has the bitrate that was asked for, and true lengths', () => {
  for (const kbps of [200, 512, 3000]) {
    const { pieces } = cut(kbps, 20_000);
    const bits = pieces.reduce((sum, { frame }) => sum + frame.record.byteLength * 8, 0);
    assert.ok(Math.abs(bits / 20_000 - kbps) < kbps * 0.02, `${bits / 20_000} kbps of ${kbps}`);
    for (const { frame } of pieces) assert.equal(frame.bytes.length, frame.record.byteLength);
  }
});

Deno.test('every two seconds a segment begins with a keyframe that is split when it is large', () => {
  const { pieces } = cut(512, 10_000);
  const keys = pieces.filter(({ frame, track }) => track === 0 && frame.record.flags & RecordFlag.keyframe);
  assert.deepEqual(keys.map(({ frame }) => frame.record.decodeTimeUs / 1e6), [0, 2, 4, 6, 8]);
  const first = pieces.filter(({ track, frame }) => track === 0 && frame.record.decodeTimeUs === 0);
  assert.equal(first.length, 2);
  assert.deepEqual(first.map(({ frame }) => frame.record.durationUs), [0, 100_000]);
});

Deno.test('records decode, their signatures and hashes pass, and a poisoned piece keeps its record only', () => {
  const { stream, pieces } = cut(512, 400);
  for (const { frame } of [...pieces, ...stream.inits]) {
    assert.deepEqual(decodeRecord(frame.signed), frame.record);
    assert.ok(simulatedVerify(signatureOf(frame.signed)));
    assert.deepEqual(stream.hashOf(frame.bytes), frame.record.hash);
    const poisoned = stream.poisoned(frame);
    assert.equal(poisoned.signed, frame.signed);
    assert.notDeepEqual(stream.hashOf(poisoned.bytes), frame.record.hash);
  }
});

Deno.test('pieces are numbered through, found by their index, and inits are not counted', () => {
  const { stream, pieces } = cut(512, 4000);
  assert.deepEqual(pieces.map(({ serial }) => serial), pieces.map((_, i) => i));
  for (const piece of pieces) assert.equal(stream.byIndex(piece.frame.record.index), piece);
  assert.equal(stream.length, pieces.length);
  assert.ok(stream.inits.every(({ serial, frame }) => serial === -1 && frame.record.flags & RecordFlag.init));
});
