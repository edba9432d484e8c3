import assert from 'node:assert/strict';
import { RecordFlag } from '../../../protocol/record.ts';
import { FakeClock } from '../testing/fake-environment.ts';
import {
  BATCH_MS,
  type CarriedPiece,
  FIRST_MS,
  LEFT_MS,
  MOMENT_LEFT_MS,
  MOMENT_MS,
  PieceBatch,
} from './piece-batch.ts';

function batched() {
  const clock = new FakeClock();
  const posted: number[][] = [];
  const batch = new PieceBatch(
    { now: () => clock.nowMs, setTimer: clock.setTimer, clearTimer: clock.clearTimer },
    (pieces) => posted.push(pieces.map(({ record }) => record.index)),
  );
  const playhead = (bufferMs: number, playing = true) =>
    batch.setPlayhead({ decodeTimeUs: 5e6, bufferedUntilUs: 5e6 + bufferMs * 1000, playing });
  return { clock, posted, batch, playhead };
}

function piece(index: number): CarriedPiece {
  const record = {
    ...{ index, byteLength: 1, decodeTimeUs: 0, durationUs: 100_000 },
    ...{ flags: RecordFlag.keyframe, initSegment: 0, hash: new Uint8Array(32) },
  };
  return { record, bytes: new Uint8Array(1), source: 'peer' };
}

Deno.test('until the picture runs, only what comes at the same moment goes over together', async () => {
  const { clock, posted, batch } = batched();
  batch.add(piece(1));
  batch.add(piece(2));
  assert.deepEqual(posted, []);
  await clock.pass(FIRST_MS);
  assert.deepEqual(posted, [[1, 2]]);
});

Deno.test('with media to spare, what comes within a moment goes over together', async () => {
  const { clock, posted, batch, playhead } = batched();
  playhead(LEFT_MS + BATCH_MS + 500);
  batch.add(piece(1));
  await clock.pass(BATCH_MS / 2);
  batch.add(piece(2));
  assert.deepEqual(posted, []);
  await clock.pass(BATCH_MS / 2);
  assert.deepEqual(posted, [[1, 2]]);
  await clock.pass(2 * BATCH_MS);
  assert.deepEqual(posted, [[1, 2]], 'nothing waits, nothing is sent');
});

Deno.test('the less the picture has left, the shorter the wait; with little left there is none', async () => {
  const { clock, posted, batch, playhead } = batched();
  playhead(LEFT_MS + 100);
  batch.add(piece(1));
  await clock.pass(99);
  assert.deepEqual(posted, []);
  await clock.pass(1);
  assert.deepEqual(posted, [[1]]);
  batch.add(piece(2));
  await clock.pass(MOMENT_MS - 1);
  batch.add(piece(3));
  await clock.pass(1);
  assert.deepEqual(posted, [[1], [2, 3]], 'it has played on since its playhead was told');
  await clock.pass(LEFT_MS - MOMENT_LEFT_MS);
  batch.add(piece(4));
  assert.deepEqual(posted, [[1], [2, 3], [4]]);
});

Deno.test('what waits goes over at once when the picture turns out to have little', () => {
  const { posted, batch, playhead } = batched();
  playhead(2000);
  batch.add(piece(1));
  playhead(MOMENT_LEFT_MS - 1);
  assert.deepEqual(posted, [[1]], 'whether or not anything else comes');
  batch.add(piece(2));
  assert.deepEqual(posted, [[1], [2]]);
});

Deno.test('a paused picture uses up nothing', async () => {
  const { clock, posted, batch, playhead } = batched();
  playhead(LEFT_MS + 100, false);
  await clock.pass(5000);
  batch.add(piece(1));
  assert.deepEqual(posted, []);
});

Deno.test('other news takes along what waits, and another broadcast waits but a moment', async () => {
  const { clock, posted, batch, playhead } = batched();
  playhead(5000);
  batch.add(piece(1));
  batch.flush();
  assert.deepEqual(posted, [[1]]);
  batch.restart();
  batch.add(piece(2));
  await clock.pass(FIRST_MS);
  assert.deepEqual(posted, [[1], [2]]);
});

Deno.test('what waits goes over sooner after a jump that leaves little', async () => {
  const { clock, posted, batch, playhead } = batched();
  playhead(LEFT_MS + BATCH_MS + 500);
  batch.add(piece(1));
  playhead(LEFT_MS + MOMENT_MS);
  await clock.pass(MOMENT_MS);
  assert.deepEqual(posted, [[1]]);
});
