import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AmfValue, decodeAmf0, encodeAmf0 } from './amf0.ts';
import { ProtocolError } from './protocol-error.ts';
import { fuzz } from './testing/fuzz.ts';

function object(fields: Record<string, unknown>): object {
  return Object.assign(Object.create(null), fields);
}

function bytes(...values: (number | string)[]): Uint8Array {
  return new Uint8Array(
    values.flatMap((value) => typeof value === 'string' ? [...new TextEncoder().encode(value)] : [value]),
  );
}

function refuses(input: Uint8Array, rule: RegExp): void {
  assert.throws(
    () => decodeAmf0(input),
    (error) => error instanceof ProtocolError && rule.test(error.message),
  );
}

Deno.test('a connect command reads as name, transaction and object', () => {
  const input = bytes(
    2,
    0,
    7,
    'connect',
    0,
    0x3f,
    0xf0,
    0,
    0,
    0,
    0,
    0,
    0,
    3,
    0,
    3,
    'app',
    2,
    0,
    4,
    'live',
    0,
    0,
    9,
  );
  assert.deepEqual(decodeAmf0(input), ['connect', 1, object({ app: 'live' })]);
});

Deno.test('a number is written as in the specification', () => {
  assert.deepEqual([...encodeAmf0(1)], [0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]);
});

Deno.test('a string is written with a length of 16 bits', () => {
  assert.deepEqual([...encodeAmf0('é')], [2, 0, 2, 0xc3, 0xa9]);
});

Deno.test('an ECMA array is read to its end marker, whatever its count says', () => {
  for (const count of [0, 1, 200]) {
    const input = bytes(8, 0, 0, 0, count, 0, 5, 'width', 0, 0x40, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 9);
    assert.deepEqual(decodeAmf0(input), [object({ width: 1024 })]);
  }
});

Deno.test('null, undefined, booleans, dates, long strings, XML and typed objects are read', () => {
  assert.deepEqual(decodeAmf0(bytes(5, 6, 1, 1, 1, 0)), [null, undefined, true, false]);
  assert.deepEqual(decodeAmf0(bytes(11, 0x40, 0x8f, 0x40, 0, 0, 0, 0, 0, 0, 0)), [new Date(1000)]);
  assert.deepEqual(decodeAmf0(bytes(12, 0, 0, 0, 2, 'hi', 15, 0, 0, 0, 1, 'x')), ['hi', 'x']);
  assert.deepEqual(decodeAmf0(bytes(16, 0, 1, 'T', 0, 1, 'a', 5, 0, 0, 9)), [object({ a: null })]);
});

Deno.test('a property named __proto__ is a property like any', () => {
  const [value] = decodeAmf0(bytes(3, 0, 9, '__proto__', 3, 0, 1, 'x', 1, 1, 0, 0, 9, 0, 0, 9)) as [object];
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal(({} as Record<string, unknown>).x, undefined);
});

Deno.test('an object may have an empty name that is not its end', () => {
  assert.deepEqual(decodeAmf0(bytes(3, 0, 0, 5, 0, 0, 9)), [object({ '': null })]);
});

Deno.test('truncated values are refused, wherever they are cut', () => {
  const whole = encodeAmf0({ name: 'x', list: [1, true, null], nested: { date: new Date(5) } });
  for (let length = 1; length < whole.length; length++) {
    refuses(whole.subarray(0, length), /the message ends before/);
  }
});

Deno.test('a reference, AMF3 and unknown markers are refused by name', () => {
  for (const marker of [4, 7, 9, 13, 14, 17, 255]) {
    refuses(bytes(marker, 0, 0), /marker 0x.* is not supported/);
  }
});

Deno.test('nesting without an end is refused instead of filling the stack', () => {
  const level = [3, 0, 1, 97];
  refuses(new Uint8Array(Array.from({ length: 20_000 }, () => level).flat()), /deeper than 16 levels/);
});

Deno.test('an array that claims four thousand million entries is refused at its real end', () => {
  refuses(bytes(10, 0xff, 0xff, 0xff, 0xff, 5, 5), /the message ends before/);
});

Deno.test('a message of very many values is refused', () => {
  refuses(new Uint8Array(5000).fill(5), /more than 4096 values/);
});

Deno.test('a string above 65,535 bytes is not written', () => {
  assert.throws(() => encodeAmf0('x'.repeat(65_536)), /at most 65535 bytes, got 65536/);
});

const { value: anyValue } = fc.letrec<{ value: AmfValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom(null, undefined),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 5, noNullPrototype: false })
      .map((fields) => object(fields) as AmfValue),
  ),
}));

Deno.test('whatever is encoded is decoded to the same', () => {
  fc.assert(
    fc.property(fc.array(anyValue, { maxLength: 5 }), (values) => {
      assert.deepEqual(decodeAmf0(encodeAmf0(...values)), values);
    }),
    fuzz,
  );
});

Deno.test('random bytes are decoded or refused with a ProtocolError, never anything else', () => {
  const markers = fc.constantFrom(0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 16);
  fc.assert(
    fc.property(fc.array(fc.oneof(markers, fc.nat(255)), { maxLength: 300 }), (input) => {
      try {
        decodeAmf0(new Uint8Array(input));
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    fuzz,
  );
});
