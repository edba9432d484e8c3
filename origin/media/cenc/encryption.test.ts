import assert from 'node:assert/strict';
import { concatBytes, toHex } from '../../../protocol/bytes.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import { RecordFlag } from '../../../protocol/record.ts';
import { BroadcastRecorder, EPOCH_MS } from '../testing/broadcast-recorder.ts';
import { findBox, readBoxes } from '../testing/boxes.ts';
import { encodeFlv } from '../testing/flv-file.ts';
import { testKey, testSchedule } from '../testing/key-schedule.ts';
import { decryptedByPackager } from '../testing/packager-decrypt.ts';
import { frameHashes } from '../testing/probe.ts';

/** Video with B-frames, several slices a picture and CABAC: what makes slice headers long. */
const TAGS = await encodeFlv({
  seconds: 6,
  video: ['-g', '60', '-bf', '2', '-preset', 'medium', '-slices', '3'],
});

/** Files of one init segment each, in order. */
function filesByInit(recorder: BroadcastRecorder, track: number): Uint8Array<ArrayBuffer>[] {
  return recorder.inits(track).map((init) =>
    concatBytes(
      init.bytes,
      ...recorder.of(track).filter(({ record }) => record.initSegment === init.record.initSegment)
        .map(({ bytes }) => bytes),
    )
  );
}

function keyIdOf(init: PieceFrame): string {
  const entry = findBox(readBoxes(init.bytes), 'moov/trak/mdia/minf/stbl/stsd').body.subarray(8);
  const text = toHex(entry);
  const tenc = text.indexOf(toHex(new TextEncoder().encode('tenc')));
  return text.slice(tenc + 8 + 8 + 8, tenc + 8 + 8 + 8 + 32);
}

for (const scheme of ['cenc', 'cbcs'] as const) {
  Deno.test(`what ${scheme} encrypts is decrypted by another program to the same frames`, async () => {
    const clear = await BroadcastRecorder.create();
    await clear.play(TAGS);
    const sealed = await BroadcastRecorder.create({ keys: testSchedule(scheme, () => EPOCH_MS) });
    await sealed.play(TAGS);
    for (const [track, kind] of [[0, 'video'], [1, 'audio']] as const) {
      const opened = await decryptedByPackager(sealed.file(track), kind, testKey(1));
      const [expected, got] = await Promise.all([frameHashes(clear.file(track)), frameHashes(opened)]);
      assert.ok(expected.length > 150);
      assert.deepEqual(got, expected);
    }
    assert.equal(sealed.announced[0]!.drm, scheme);
    assert.ok(sealed.pieces.every(({ record }) => (record.flags & RecordFlag.encrypted) !== 0));
  });

  Deno.test(`a key period of ${scheme} ends at a segment, with an init segment of the new key`, async () => {
    const recorder = await BroadcastRecorder.create();
    const keys = testSchedule(scheme, () => recorder.nowMs, 3, 2000);
    const rotating = await BroadcastRecorder.create({ keys, nowMs: () => recorder.nowMs });
    const session = rotating.packager.startSession();
    recorder.feed(session, TAGS);
    // The recorder's clock moved with the tags; all of them went in at once.
    session.end();
    await rotating.packager.settled();
    const clear = await BroadcastRecorder.create();
    await clear.play(TAGS);
    for (const [track, kind] of [[0, 'video'], [1, 'audio']] as const) {
      assert.deepEqual(
        rotating.inits(track).map(keyIdOf),
        [1, 2, 3].map((n) => toHex(testKey(n).id)),
      );
      const frames: string[] = [];
      for (const [i, file] of filesByInit(rotating, track).entries()) {
        frames.push(...await frameHashes(await decryptedByPackager(file, kind, testKey(i + 1))));
      }
      // A decoder of sound that starts anew needs a frame to warm up.
      if (kind === 'video') assert.deepEqual(frames, await frameHashes(clear.file(track)));
      else assert.equal(frames.length, (await frameHashes(clear.file(track))).length);
    }
    assert.ok(
      rotating.pieces.every(({ record }) => (record.flags & RecordFlag.discontinuity) === 0),
      'a rotation is no break of the timeline',
    );
  });
}

Deno.test('encrypted media says nothing without its key', async () => {
  const clear = await BroadcastRecorder.create();
  await clear.play(TAGS);
  for (const scheme of ['cenc', 'cbcs'] as const) {
    const sealed = await BroadcastRecorder.create({ keys: testSchedule(scheme, () => EPOCH_MS) });
    await sealed.play(TAGS);
    const wrong = { ...testKey(1), key: testKey(2).key };
    const opened = await decryptedByPackager(sealed.file(0), 'video', wrong);
    const expected = new Set(await frameHashes(clear.file(0)));
    const got = await frameHashes(opened).catch(() => []);
    assert.ok(got.every((hash) => !expected.has(hash)), 'no frame is right by accident');
  }
});

Deno.test('encryption adds little to a piece', async () => {
  const clear = await BroadcastRecorder.create();
  await clear.play(TAGS);
  const bytes = (recorder: BroadcastRecorder) =>
    [0, 1].flatMap((track) => recorder.of(track)).reduce((sum, piece) => sum + piece.bytes.length, 0);
  for (const scheme of ['cenc', 'cbcs'] as const) {
    const sealed = await BroadcastRecorder.create({ keys: testSchedule(scheme, () => EPOCH_MS) });
    await sealed.play(TAGS);
    const added = bytes(sealed) / bytes(clear) - 1;
    assert.ok(added > 0 && added < 0.08, `${scheme} adds ${(added * 100).toFixed(2)} %`);
  }
});
