import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { concatBytes } from '../../../protocol/bytes.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import { INIT_PIECE, packIndex } from '../../../protocol/piece-index.ts';
import { BroadcastRecorder } from '../testing/broadcast-recorder.ts';
import { encodeFlv, run } from '../testing/flv-file.ts';
import { decodedFrames, packetsOf } from '../testing/probe.ts';
import { boxesIn } from './box-reader.ts';
import { Chunks } from './chunks.ts';
import { RecordingFile } from './recording-file.ts';
import { Slots } from './slots.ts';

const HEADER_BYTES = 64 * 1024;

/** Puts what came out of a packager into one file, from the piece `from` on. */
function recorded(recorder: BroadcastRecorder, from = 0) {
  const { tracks } = recorder.announced.at(-1)!;
  const find = (index: number) => recorder.pieces.find(({ record }) => record.index === index)?.bytes;
  const file = new RecordingFile({
    tracks,
    init: (track, segment) => find(packIndex(segment, track, INIT_PIECE)),
    headerBytes: HEADER_BYTES,
  });
  const slots = new Slots(tracks.map(({ track }) => track), 0);
  const parts: Uint8Array[] = [];
  const results: string[] = [];
  const whole = [...recorder.pieces.slice(from).flatMap((piece) => slots.push(piece)), ...slots.flush()];
  for (const slot of whole) {
    const written = file.write(slot);
    if (typeof written === 'string') results.push(written);
    else parts.push(written.bytes);
  }
  return {
    file,
    results,
    slots: whole.length,
    bytes: concatBytes(file.header() ?? new Uint8Array(0), ...parts),
  };
}

async function durationOf(file: Uint8Array): Promise<number> {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', '-'];
  return Number(new TextDecoder().decode(await run('ffprobe', args, file)));
}

Deno.test('a broadcast becomes one file with both tracks, its length in front, that decodes to the last frame', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(
    await encodeFlv({ seconds: 7, video: ['-g', '60', '-bf', '2', '-preset', 'veryfast'] }),
  );
  const { file, bytes, results } = recorded(recorder);
  assert.deepEqual(results, []);
  assert.deepEqual(boxesIn(bytes).slice(0, 5).map(({ type }) => type), [
    'ftyp',
    'moov',
    'sidx',
    'free',
    'moof',
  ]);
  assert.ok(Math.abs(await durationOf(bytes) - 7) < 0.2, String(await durationOf(bytes)));
  assert.ok(Math.abs(file.durationMs - 7000) < 200);
  assert.match(file.codecs, /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
  const packets = await packetsOf(bytes);
  assert.equal(
    packets.length,
    (await packetsOf(recorder.file(0))).length + (await packetsOf(recorder.file(1))).length,
  );
  assert.equal(await decodedFrames(bytes), packets.length);
});

Deno.test('a recording that begins amid a broadcast begins at a keyframe, at time zero', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 8 }));
  const from = recorder.pieces.findIndex(({ record }) => record.decodeTimeUs > 2_500_000);
  const { bytes, slots } = recorded(recorder, from);
  assert.equal(slots, 2);
  const packets = await packetsOf(bytes);
  assert.ok(packets[0]!.dtsMs < 50 && packets[0]!.key);
  assert.ok(Math.abs(await durationOf(bytes) - 4) < 0.2);
});

Deno.test('the time in which an encoder was away is not in the file', async () => {
  const recorder = await BroadcastRecorder.create();
  const tags = await encodeFlv({ seconds: 4 });
  await recorder.play(tags);
  recorder.nowMs += 15_000;
  await recorder.play(tags);
  const { bytes, results } = recorded(recorder);
  assert.deepEqual(results, []);
  assert.ok(Math.abs(await durationOf(bytes) - 8) < 0.3, String(await durationOf(bytes)));
  assert.equal(await decodedFrames(bytes), (await packetsOf(bytes)).length);
});

Deno.test('another picture size wants another file', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 3 }));
  await recorder.play(await encodeFlv({ seconds: 3, size: '160x90' }));
  assert.ok(recorded(recorder).results.includes('other'));
});

Deno.test('a header that has no room for one more segment wants another file', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 3 }));
  const file = new RecordingFile({
    tracks: recorder.announced.at(-1)!.tracks,
    init: (track) => recorder.inits(track)[0]!.bytes,
    headerBytes: 600,
  });
  const [slot] = new Slots([0, 1], 0).push(recorder.of(0)[0]!);
  assert.equal(slot, undefined, 'one piece is no slot');
  const slots = new Slots([0, 1], 0);
  const whole = recorder.pieces.flatMap((piece) => slots.push(piece));
  assert.equal(file.write(whole[0]!), 'other');
});

Deno.test('a track that ceases does not hold the others up', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 9, audio: null }));
  const slots = new Slots([0, 1], 0);
  assert.ok(recorder.pieces.flatMap((piece: PieceFrame) => slots.push(piece)).length >= 2);
});

Deno.test('chunks come out as they fill, the first one last, and are hashed by the piece', async () => {
  const got = new Map<number, Uint8Array>();
  const chunks = new Chunks({
    pieceBytes: 10,
    chunkBytes: 20,
    onChunk: (number, bytes) => got.set(number, bytes),
  });
  chunks.push(Uint8Array.from({ length: 37 }, (_, i) => i));
  assert.deepEqual([[...got.keys()], chunks.length], [[1], 47]);
  const { length, pieces } = await chunks.end(new Uint8Array(10).fill(99));
  assert.deepEqual([...got.keys()], [1, 2, 0]);
  const whole = concatBytes(got.get(0)!, got.get(1)!, got.get(2)!);
  assert.deepEqual([...whole], [...Array(10).fill(99), ...Array.from({ length: 37 }, (_, i) => i)]);
  assert.equal(length, 47);
  const hashes = [0, 10, 20, 30, 40].map((at) =>
    createHash('sha1').update(whole.subarray(at, at + 10)).digest()
  );
  assert.deepEqual([...pieces], [...concatBytes(...hashes)]);
});
