import assert from 'node:assert/strict';
import { encodeIdleFrame, encodePieceFrame } from '../../protocol/frame.ts';
import { encodeJoinHead } from '../../protocol/join-body.ts';
import { encodeRecord, SIGNATURE_BYTES } from '../../protocol/record.ts';
import { concatBytes } from '../../protocol/bytes.ts';
import { FirstMedia } from './first-media.ts';

const RECORD = {
  index: 5,
  byteLength: 20,
  decodeTimeUs: 0,
  durationUs: 100_000,
  flags: 0,
  initSegment: 0,
  hash: new Uint8Array(32),
};
const FRAME = encodePieceFrame(
  concatBytes(encodeRecord(RECORD), new Uint8Array(SIGNATURE_BYTES)),
  new Uint8Array(20),
);

/** One frame and a half, and then the end, or an error. */
async function open(end: 'end' | 'error') {
  let pour!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (pour = controller) });
  pour.enqueue(encodeJoinHead('{}'));
  pour.enqueue(concatBytes(FRAME, FRAME.subarray(0, 60)));
  const { media } = await FirstMedia.open(body);
  const taken: number[] = [];
  const read = media.read(({ record }) => void taken.push(record.index));
  const over = () => end === 'end' ? pour.close() : pour.error(new Error('the socket closed'));
  return { media, taken, read, over };
}

Deno.test('media that breaks off within a frame is not whole', async () => {
  for (const end of ['end', 'error'] as const) {
    const { taken, read, over } = await open(end);
    over();
    await assert.rejects(read);
    assert.deepEqual(taken, [5]);
  }
});

Deno.test('media that is left to others may end anywhere, and says that it was left', async () => {
  for (const end of ['end', 'error'] as const) {
    const { media, taken, read, over } = await open(end);
    media.leave();
    over();
    assert.equal(await read, false);
    assert.deepEqual(taken, [5]);
  }
});

Deno.test('an idle frame by itself says that the rest is held back', async () => {
  let pour!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (pour = controller) });
  for (const bytes of [encodeJoinHead('{}'), FRAME, encodeIdleFrame(), FRAME]) pour.enqueue(bytes);
  pour.close();
  const { media } = await FirstMedia.open(body);
  const order: string[] = [];
  assert.equal(await media.read(() => void order.push('frame'), () => void order.push('held back')), true);
  assert.deepEqual(order, ['frame', 'held back', 'frame']);
});
