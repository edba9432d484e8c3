import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes } from '../../protocol/bytes.ts';
import { splitAggregate } from './aggregate.ts';
import { MessageType } from './message.ts';
import { ProtocolError } from './protocol-error.ts';
import { fuzz } from './testing/fuzz.ts';
import { bigEndian } from './testing/raw-chunk.ts';

function tag(type: number, time: number, payload: Uint8Array): Uint8Array {
  const header = [
    type,
    ...bigEndian(payload.length, 3),
    ...bigEndian(time & 0xffffff, 3),
    time >>> 24,
    0,
    0,
    0,
  ];
  return concatBytes(new Uint8Array(header), payload, new Uint8Array(bigEndian(11 + payload.length, 4)));
}

const aggregate = (payload: Uint8Array, timestamp = 0) => ({
  type: MessageType.Aggregate,
  streamId: 1,
  timestamp,
  payload,
});

const a = new Uint8Array([1, 2, 3]);
const b = new Uint8Array([4]);

Deno.test('an aggregate is split into its tags, with times from its own', () => {
  const payload = concatBytes(tag(8, 70_000_000, a), tag(9, 70_000_040, b));
  assert.deepEqual(splitAggregate(aggregate(payload, 500)), [
    { type: 8, streamId: 1, timestamp: 500, payload: a },
    { type: 9, streamId: 1, timestamp: 540, payload: b },
  ]);
});

Deno.test('the last back pointer may be missing', () => {
  const payload = concatBytes(tag(8, 0, a), tag(9, 0, b)).subarray(0, -4);
  assert.equal(splitAggregate(aggregate(payload)).length, 2);
});

Deno.test('a tag that does not fit is refused', () => {
  const payload = concatBytes(tag(8, 0, a), tag(9, 0, b));
  assert.throws(() => splitAggregate(aggregate(payload.subarray(0, -5))), /needs 1 bytes, 0 are left/);
  assert.throws(() => splitAggregate(aggregate(payload.subarray(0, 20))), /ends within a tag header/);
});

Deno.test('random aggregates are split or refused with a ProtocolError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(0xffffffff), (payload, timestamp) => {
      try {
        for (const part of splitAggregate(aggregate(payload, timestamp))) assert.ok(part.timestamp < 2 ** 32);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    fuzz,
  );
});
