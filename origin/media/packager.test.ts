import assert from 'node:assert/strict';
import { fromBase64Url } from '../../protocol/bytes.ts';
import { pieceOf, segmentOf, trackOf } from '../../protocol/piece-index.ts';
import { MAX_PIECE_BYTES, RecordFlag, signatureOf, signedPart } from '../../protocol/record.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { BroadcastRecorder, EPOCH_MS } from './testing/broadcast-recorder.ts';
import { encodeFlv } from './testing/flv-file.ts';
import { decodedFrames, packetsOf } from './testing/probe.ts';

const has = (piece: PieceFrame, flag: number) => (piece.record.flags & flag) !== 0;
const segments = (pieces: PieceFrame[]) => [...new Set(pieces.map(({ record }) => segmentOf(record.index)))];

Deno.test('a stream with B-frames comes out whole, in order and decodable on both tracks', async () => {
  const tags = await encodeFlv({ seconds: 6, video: ['-g', '60', '-bf', '2', '-preset', 'veryfast'] });
  const recorder = await BroadcastRecorder.create();
  await recorder.play(tags);
  const video = await packetsOf(recorder.file(0));
  assert.equal(video.length, 180);
  assert.equal(await decodedFrames(recorder.file(0)), 180);
  assert.ok(video.every(({ dtsMs }, i) => i === 0 || dtsMs > video[i - 1]!.dtsMs));
  assert.ok(video.some(({ ptsMs, dtsMs }) => ptsMs - dtsMs > 30), 'there are B-frames');
  const shown = video.map(({ ptsMs }) => ptsMs).sort((a, b) => a - b);
  assert.ok(shown.every((ms, i) => i === 0 || Math.abs(ms - shown[i - 1]! - 1000 / 30) < 2));
  const audio = await packetsOf(recorder.file(1));
  assert.ok(
    audio.every(({ dtsMs }, i) => i === 0 || Math.abs(dtsMs - audio[i - 1]!.dtsMs - 1024 / 48) < 0.1),
  );
  assert.equal(await decodedFrames(recorder.file(1)), audio.length);
});

Deno.test('segments begin with keyframes, at the same numbers on both tracks, and say where they end', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 7 }));
  assert.deepEqual(segments(recorder.of(0)), [0, 1, 2, 3]);
  assert.deepEqual(segments(recorder.of(1)), [0, 1, 2, 3]);
  for (const track of [0, 1]) {
    const pieces = recorder.of(track);
    pieces.forEach((piece, i) => {
      const next = pieces[i + 1];
      const last = !next || segmentOf(next.record.index) !== segmentOf(piece.record.index);
      assert.equal(has(piece, RecordFlag.lastOfSegment), last);
      const first = pieceOf(piece.record.index) === 0;
      if (first) assert.ok(has(piece, RecordFlag.keyframe));
      if (next && !last) assert.equal(pieceOf(next.record.index), pieceOf(piece.record.index) + 1);
      assert.equal(trackOf(piece.record.index), track);
    });
  }
});

Deno.test('records are signed with the announced key and hash their pieces', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 3 }));
  const { publicKey, epochMs, tracks } = recorder.announced[0]!;
  assert.equal(epochMs, EPOCH_MS);
  assert.deepEqual(tracks.map(({ kind, track }) => [kind, track]), [['video', 0], ['audio', 1]]);
  const key = await crypto.subtle.importKey('raw', fromBase64Url(publicKey)!, 'Ed25519', false, ['verify']);
  for (const { record, signed, bytes } of recorder.pieces) {
    const good = await crypto.subtle.verify(
      'Ed25519',
      key,
      signatureOf(signed).slice(),
      signedPart(signed).slice(),
    );
    assert.ok(good);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()));
    assert.deepEqual(record.hash, hash);
    assert.ok(bytes.length <= MAX_PIECE_BYTES);
  }
});
