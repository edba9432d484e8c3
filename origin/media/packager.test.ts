import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromBase64Url } from '../../protocol/bytes.ts';
import {
  describeIndex,
  INIT_PIECE,
  packIndex,
  pieceOf,
  segmentOf,
  trackOf,
} from '../../protocol/piece-index.ts';
import { MAX_PIECE_BYTES, RecordFlag, signatureOf, signedPart } from '../../protocol/record.ts';
import type { Track } from '../../protocol/broadcast.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { UnsupportedMedia } from '../rtmp/seam.ts';
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

Deno.test('keyframes begin segments in the decoded file, the frames in between do not', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 5, video: ['-g', '15'] }));
  const packets = await packetsOf(recorder.file(0));
  for (const { record } of recorder.of(0)) {
    const packet = packets.find(({ dtsMs }) => Math.abs(dtsMs - record.decodeTimeUs / 1000) < 1);
    assert.equal(packet?.key, has({ record } as PieceFrame, RecordFlag.keyframe));
  }
  assert.deepEqual(
    segments(recorder.of(0)),
    [0, 1, 2],
    'keyframes of a slot that is taken share its segment',
  );
  const keyframes = recorder.of(0).filter((piece) => has(piece, RecordFlag.keyframe));
  assert.equal(keyframes.length, 10);
});

Deno.test('a group of pictures longer than a slot skips segment numbers on both tracks', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 11, video: ['-g', '150'] }));
  assert.deepEqual(segments(recorder.of(0)), [0, 2, 5]);
  assert.deepEqual(segments(recorder.of(1)), [0, 2, 5]);
  assert.equal(await decodedFrames(recorder.file(0)), 330);
});

Deno.test('an odd group of pictures is cut at the first keyframe of each slot', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 9, fps: 25, video: ['-g', '37', '-bf', '2'] }));
  for (const segment of segments(recorder.of(0)).slice(1)) {
    const [video, audio] = [0, 1].map((track) =>
      recorder.of(track).find(({ record }) => segmentOf(record.index) === segment)!
    );
    assert.ok(has(video!, RecordFlag.keyframe));
    assert.equal(Math.floor(video!.record.decodeTimeUs / 2e6), segment);
    const apartUs = audio!.record.decodeTimeUs - video!.record.decodeTimeUs;
    assert.ok(apartUs >= 0 && apartUs < 22_000, `audio is cut ${apartUs} us after video`);
  }
  assert.equal(await decodedFrames(recorder.file(0)), 225);
});

Deno.test('a keyframe interval without end is cut by force at 240 pieces, and says so', async () => {
  const recorder = await BroadcastRecorder.create({ pieceMs: 40 });
  await recorder.play(await encodeFlv({ seconds: 12, size: '64x36', fps: 25, video: ['-g', '9999'] }));
  const all = segments(recorder.of(0));
  assert.equal(all.length, 2);
  const second = recorder.of(0).filter(({ record }) => segmentOf(record.index) === all[1]);
  assert.ok(second.every((piece) => has(piece, RecordFlag.dependent)));
  assert.ok(recorder.of(0).every(({ record }) => pieceOf(record.index) < 240));
  assert.deepEqual(segments(recorder.of(1)), all);
  assert.equal(await decodedFrames(recorder.file(0)), 300);
});

Deno.test('audio alone is cut at every slot and announced as the only track', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 7, video: null, audio: ['-b:a', '96k', '-ar', '44100'] }));
  assert.deepEqual(segments(recorder.of(1)), [0, 1, 2, 3]);
  assert.equal(recorder.of(0).length, 0);
  assert.equal(recorder.announced.length, 1);
  const [track] = recorder.announced[0]!.tracks;
  assert.equal(track!.codec, 'mp4a.40.2');
  assert.equal(track!.timescale, 44_100);
  const packets = await packetsOf(recorder.file(1));
  assert.equal(await decodedFrames(recorder.file(1)), packets.length);
});

Deno.test('video alone is announced as the only track', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 4, audio: null }));
  assert.deepEqual(recorder.announced.map(({ tracks }) => tracks.map(({ kind }) => kind)), [['video']]);
  assert.equal(await decodedFrames(recorder.file(0)), 120);
  const [track] = recorder.announced[0]!.tracks;
  assert.deepEqual([track!.width, track!.height, track!.frameRate], [320, 180, 30]);
});

Deno.test('without metadata tracks and bitrate are found out within two seconds of media', async () => {
  const tags = await encodeFlv({ seconds: 5, metadata: false });
  assert.ok(tags.every(({ type }) => type !== 'data'));
  const recorder = await BroadcastRecorder.create();
  const session = recorder.packager.startSession();
  recorder.feed(session, tags.filter(({ timestampMs }) => timestampMs < 1400));
  assert.equal(recorder.announced.length, 0);
  recorder.feed(session, tags.filter(({ timestampMs }) => timestampMs >= 1400));
  session.end();
  await recorder.packager.settled();
  assert.equal(recorder.announced.length, 1);
  const [video, audio] = recorder.announced[0]!.tracks;
  assert.ok(video!.bitrateKbps > 150 && video!.bitrateKbps < 900, `${video!.bitrateKbps} kbps`);
  assert.ok(audio!.bitrateKbps > 30 && audio!.bitrateKbps < 90, `${audio!.bitrateKbps} kbps`);
  assert.equal(video!.frameRate, 30);
});

Deno.test('with metadata the broadcast is announced with its first pieces', async () => {
  const tags = await encodeFlv({ seconds: 3 });
  const recorder = await BroadcastRecorder.create();
  recorder.feed(recorder.packager.startSession(), tags.filter(({ timestampMs }) => timestampMs < 300));
  assert.equal(recorder.announced.length, 1);
  assert.equal(recorder.announced[0]!.tracks[0]!.bitrateKbps, 391);
});

Deno.test('pieces are at most twice their target, larger frames are split and put together again', async () => {
  const recorder = await BroadcastRecorder.create();
  const video = ['-g', '30', '-b:v', '700k', '-vf', 'noise=alls=20'];
  await recorder.play(await encodeFlv({ seconds: 4, size: '640x360', video }));
  const { bitrateKbps, sliceMs } = recorder.announced[0]!.tracks[0]!;
  const most = Math.floor(Math.min(MAX_PIECE_BYTES, 2 * Math.max(8192, bitrateKbps * sliceMs / 8)));
  const pieces = recorder.of(0);
  // The first pieces are cut before the bitrate is settled.
  assert.ok(pieces.slice(5).every(({ bytes }) => bytes.length <= most));
  const parts = pieces.filter(({ record }) => record.durationUs === 0);
  assert.ok(parts.length > 0, 'some frame was split');
  assert.equal(await decodedFrames(recorder.file(0)), 120);
  const us = pieces.reduce((sum, { record }) => sum + record.durationUs, 0);
  assert.ok(Math.abs(us - 4e6) < 40_000, 'durations of all pieces add up');
});

Deno.test('an encoder that comes back goes on in the same broadcast, with both tracks cut at a break', async () => {
  const tags = await encodeFlv({ seconds: 3 });
  const recorder = await BroadcastRecorder.create();
  await recorder.play(tags);
  recorder.nowMs += 7000;
  await recorder.play(tags);
  for (const track of [0, 1]) {
    const breaks = recorder.of(track).filter((piece) => has(piece, RecordFlag.discontinuity));
    assert.equal(breaks.length, 1);
    assert.equal(pieceOf(breaks[0]!.record.index), 0);
    assert.ok(breaks[0]!.record.decodeTimeUs >= 9_900_000, 'media time goes with the wall clock');
    assert.equal(recorder.inits(track).length, 1, 'the init segment is still good');
    const indexes = recorder.of(track).map(({ record }) => record.index);
    assert.deepEqual(indexes, indexes.toSorted((a, b) => a - b));
  }
  const numbers = [0, 1].map((track) => segments(recorder.of(track)));
  assert.deepEqual(numbers[0], numbers[1]);
  assert.equal(await decodedFrames(recorder.file(0)), 180);
  assert.equal(recorder.announced.length, 1);
});

Deno.test('an encoder that comes back at once follows the end of what was cut', async () => {
  const tags = await encodeFlv({ seconds: 3 });
  const recorder = await BroadcastRecorder.create();
  await recorder.play(tags);
  recorder.nowMs -= 2000;
  await recorder.play(tags);
  for (const track of [0, 1]) {
    let endUs = 0;
    for (const { record } of recorder.of(track)) {
      assert.ok(record.decodeTimeUs >= endUs - 2);
      endUs = record.decodeTimeUs + record.durationUs;
    }
  }
});

Deno.test('an encoder that comes back with another picture size gets a new init segment', async () => {
  const recorder = await BroadcastRecorder.create();
  await recorder.play(await encodeFlv({ seconds: 3 }));
  await recorder.play(await encodeFlv({ seconds: 3, size: '640x360' }));
  const inits = recorder.inits(0);
  assert.equal(inits.length, 2);
  assert.equal(recorder.inits(1).length, 1);
  const second = segmentOf(inits[1]!.record.index);
  for (const { record } of recorder.of(0)) {
    const due = segmentOf(record.index) >= second ? second : segmentOf(inits[0]!.record.index);
    assert.equal(record.initSegment, due);
  }
  const [before, after] = recorder.announced;
  assert.deepEqual([before!.tracks[0]!.width, after!.tracks[0]!.width], [320, 640]);
  assert.equal(before!.tracks[0]!.substreams, after!.tracks[0]!.substreams);
});

Deno.test('an encoder that comes back with another bitrate is announced with it, whether it tells or not', async () => {
  const rate = (kbps: number) => ['-b:v', `${kbps}k`, '-minrate', `${kbps}k`, '-maxrate', `${kbps}k`];
  const constant = ['-bufsize', '200k', '-x264-params', 'nal-hrd=cbr'];
  const slow = await encodeFlv({ seconds: 3, video: [...rate(300), ...constant] });
  const fast = await encodeFlv({ seconds: 12, video: [...rate(1200), ...constant] });
  const silent = (tags: typeof fast) => tags.filter(({ type }) => type !== 'data');
  for (const [first, second] of [[slow, fast], [silent(slow), silent(fast)]] as const) {
    const recorder = await BroadcastRecorder.create();
    await recorder.play(first);
    await recorder.play(first);
    assert.equal(recorder.announced.length, 1, 'the same again is no news');
    await recorder.play(second);
    const [before, after] = [recorder.announced[0]!, recorder.announced.at(-1)!].map(({ tracks }) =>
      tracks[0]!
    );
    assert.ok(before!.bitrateKbps < 400 && after!.bitrateKbps > 1000, `${after!.bitrateKbps} kbps`);
    assert.equal(after!.substreams, before!.substreams, 'K is fixed');
  }
});

Deno.test('an encoder that comes back and tells nothing of itself keeps its frame rate', async () => {
  const recorder = await BroadcastRecorder.create();
  for (const size of ['320x180', '640x360']) {
    const tags = await encodeFlv({ seconds: 3, size });
    await recorder.play(tags.filter(({ type }) => type !== 'data'));
  }
  assert.deepEqual(recorder.announced.map(({ tracks }) => tracks[0]!.frameRate), [30, 30]);
});

Deno.test('an encoder that comes back with silence of next to no bitrate is announced with it once', async () => {
  const tags = await encodeFlv({ seconds: 12, video: null });
  const sound = tags.filter(({ type }) => type === 'audio');
  const silence = sound.map((tag) => ({ ...tag, body: tag.body[1] === 1 ? tag.body.slice(0, 6) : tag.body }));
  const recorder = await BroadcastRecorder.create();
  await recorder.play(sound);
  await recorder.play(silence);
  const [before, ...after] = recorder.announced.map(({ tracks }) => tracks[0]!.bitrateKbps);
  assert.ok(before! > 30, `${before} kbps`);
  assert.deepEqual(after, [2]);
});

Deno.test('a resumed broadcast keeps K though its encoder came back with another bitrate', async () => {
  const track = { track: 0, bitrateKbps: 2000, substreams: 8 };
  const recorder = await BroadcastRecorder.create({ resumed: true, tracks: [track as Track] });
  await recorder.play(await encodeFlv({ seconds: 3, video: ['-b:v', '200k'] }));
  const [video] = recorder.announced.at(-1)!.tracks;
  assert.equal(video!.substreams, 8);
  assert.ok(video!.bitrateKbps < 400, `${video!.bitrateKbps} kbps`);
});

Deno.test('a jump of the timestamps is rebased, on both tracks, and nothing is lost', async () => {
  const tags = await encodeFlv({ seconds: 6 });
  for (const jumpMs of [-1_000_000, 40_000]) {
    const recorder = await BroadcastRecorder.create();
    const jumped = tags.map((tag) =>
      tag.timestampMs > 3000 ? { ...tag, timestampMs: tag.timestampMs + jumpMs } : tag
    );
    await recorder.play(jumped);
    const packets = await packetsOf(recorder.file(0));
    assert.equal(packets.length, 180);
    assert.ok(packets.every(({ dtsMs }, i) => i === 0 || dtsMs > packets[i - 1]!.dtsMs));
    assert.ok(packets.at(-1)!.dtsMs < 6500, 'media time stays with the wall clock');
    for (const track of [0, 1]) {
      assert.equal(recorder.of(track).filter((piece) => has(piece, RecordFlag.discontinuity)).length, 1);
    }
  }
});

Deno.test('a resumed broadcast leaves the numbers of the process before alone', async () => {
  const recorder = await BroadcastRecorder.create({ resumed: true });
  recorder.nowMs += 9000;
  const later = await BroadcastRecorder.create({ resumed: true, nowMs: () => EPOCH_MS + 9000 });
  await later.play(await encodeFlv({ seconds: 3 }));
  assert.ok(segments(later.of(0))[0]! >= 6);
  assert.ok(later.of(0)[0]!.record.decodeTimeUs >= 9_000_000);
  assert.ok(has(later.of(0)[0]!, RecordFlag.discontinuity));
});

Deno.test('memory holds the window and the init segments it needs, and no more', async () => {
  const tags = await encodeFlv({ seconds: 4 });
  const recorder = await BroadcastRecorder.create({ windowS: 10 });
  const sizes: number[] = [];
  for (let i = 0; i < 12; i++) {
    await recorder.play(tags);
    sizes.push(recorder.packager.window.size);
  }
  assert.ok(sizes.slice(4).every((size) => size < 1.2 * sizes[3]!), `${sizes}`);
  const { window } = recorder.packager;
  for (const index of window.newestFirst()) {
    const { record } = window.get(index)!;
    const init = packIndex(record.initSegment, trackOf(index), INIT_PIECE);
    assert.ok(window.get(init), `init of ${describeIndex(index)} is held`);
  }
});

Deno.test('hostile and broken tags hurt nothing: they are left out, or refused with a reason', async () => {
  const recorder = await BroadcastRecorder.create();
  const session = recorder.packager.startSession();
  const tags = await encodeFlv({ seconds: 2 });
  await fc.assert(fc.asyncProperty(
    fc.constantFrom('audio' as const, 'video' as const, 'data' as const),
    fc.uint8Array({ maxLength: 64 }),
    fc.integer({ min: -1000, max: 10_000 }),
    async (type, body, timestampMs) => {
      try {
        session.tag({ type, body, timestampMs, data: type === 'data' ? ['onMetaData', null] : undefined });
      } catch (error) {
        assert.ok(error instanceof UnsupportedMedia, String(error));
      }
    },
  ));
  session.end();
  const sane = recorder.packager.startSession();
  recorder.feed(sane, tags);
  sane.end();
  await recorder.packager.settled();
  assert.ok(recorder.of(0).length > 10);
});
