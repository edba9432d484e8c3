import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes } from '../../protocol/bytes.ts';
import { type ChunkLimits, ChunkReader } from './chunk-reader.ts';
import { writeChunks } from './chunk-writer.ts';
import { type Message, MessageType, setChunkSize } from './message.ts';
import { ProtocolError } from './protocol-error.ts';
import { fuzz } from './testing/fuzz.ts';
import { bigEndian, rawChunk, rawMessage } from './testing/raw-chunk.ts';

const limits: ChunkLimits = {
  maxChunkBytes: 65_536,
  maxChunkStreams: 8,
  maxBufferedBytes: 100_000,
  maxMessageBytes: (type) => type === MessageType.Video ? 90_000 : 1000,
};

function read(reader: ChunkReader, ...parts: Uint8Array[]): Message[] {
  const messages: Message[] = [];
  for (const part of parts) {
    reader.append(part);
    for (let message = reader.next(); message; message = reader.next()) messages.push(message);
  }
  return messages;
}

const readAll = (...parts: Uint8Array[]) => read(new ChunkReader(limits), ...parts);

function refuses(rule: RegExp, ...parts: Uint8Array[]): void {
  assert.throws(
    () => readAll(...parts),
    (error) => error instanceof ProtocolError && rule.test(error.message),
  );
}

const audio = MessageType.Audio;
const body = (length: number, first = 1) => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

Deno.test('a header of type 0 gives time, type and stream of a message', () => {
  const [message] = readAll(rawMessage(4, audio, body(5), 1234, 1));
  assert.deepEqual(message, { type: audio, streamId: 1, timestamp: 1234, payload: body(5) });
});

Deno.test('headers of type 1, 2 and 3 leave out what stays the same, and count time on', () => {
  const messages = readAll(
    rawChunk({ format: 0, csid: 4, time: 100, length: 3, type: audio, streamId: 1, payload: body(3) }),
    rawChunk({ format: 1, csid: 4, time: 20, length: 2, type: audio, payload: body(2) }),
    rawChunk({ format: 2, csid: 4, time: 7, payload: body(2, 9) }),
    rawChunk({ format: 3, csid: 4, payload: body(2, 50) }),
  );
  assert.deepEqual(messages.map((message) => message.timestamp), [100, 120, 127, 134]);
  assert.deepEqual(messages.map((message) => message.payload.length), [3, 2, 2, 2]);
  assert.ok(messages.every((message) => message.streamId === 1 && message.type === audio));
});

Deno.test('headers of every type may be cut by a read at every byte', () => {
  const wire = concatBytes(
    rawChunk({ format: 0, csid: 4, time: 100, length: 3, type: audio, streamId: 1, payload: body(3) }),
    rawChunk({ format: 1, csid: 4, time: 20, length: 2, type: audio, payload: body(2) }),
    rawChunk({ format: 2, csid: 4, time: 7, payload: body(2, 9) }),
    rawChunk({ format: 3, csid: 4, payload: body(2, 50) }),
    rawChunk({ format: 2, csid: 4, time: 0xffffff, extended: 0x1000000, payload: body(2, 60) }),
    rawChunk({ format: 3, csid: 4, extended: 0x1000000, payload: body(2, 70) }),
    rawChunk({ format: 1, csid: 4, time: 20, length: 0, type: audio }),
    rawChunk({ format: 2, csid: 4, time: 7 }),
  );
  const whole = readAll(wire);
  assert.equal(whole.length, 8);
  for (let cut = 1; cut < wire.length; cut++) {
    assert.deepEqual(readAll(wire.subarray(0, cut), wire.subarray(cut)), whole);
    // A view of its own memory: nothing behind the cut can be read by mistake.
    assert.deepEqual(readAll(wire.slice(0, cut), wire.slice(cut)), whole);
  }
  assert.deepEqual(readAll(...Array.from(wire, (byte) => new Uint8Array([byte]))), whole);
});

Deno.test('a type 3 header after a type 0 header repeats its timestamp as the delta', () => {
  const messages = readAll(
    rawChunk({ format: 0, csid: 4, time: 23, length: 1, type: audio, payload: body(1) }),
    rawChunk({ format: 3, csid: 4, payload: body(1) }),
  );
  assert.deepEqual(messages.map((message) => message.timestamp), [23, 46]);
});

Deno.test('chunk stream ids of one, two and three bytes are told apart', () => {
  const messages = readAll(
    ...[2, 63, 64, 319, 320, 65_599].map((csid) => rawMessage(csid, audio, new Uint8Array([csid & 0xff]))),
    ...[2, 63, 64, 319, 320, 65_599].map((csid) =>
      rawChunk({ format: 3, csid, payload: body(1, csid & 0xff) })
    ),
  );
  assert.deepEqual(messages.slice(0, 6).map((m) => m.payload), messages.slice(6).map((m) => m.payload));
});

Deno.test('messages of several chunk streams are put together when their chunks interleave', () => {
  const [a, b] = [body(300, 1), body(200, 77)];
  const messages = readAll(
    rawChunk({ format: 0, csid: 4, time: 5, length: 300, type: audio, payload: a.subarray(0, 128) }),
    rawChunk({
      format: 0,
      csid: 6,
      time: 6,
      length: 200,
      type: MessageType.Video,
      payload: b.subarray(0, 128),
    }),
    rawChunk({ format: 3, csid: 4, payload: a.subarray(128, 256) }),
    rawChunk({ format: 3, csid: 6, payload: b.subarray(128) }),
    rawChunk({ format: 3, csid: 4, payload: a.subarray(256) }),
  );
  assert.deepEqual(messages.map((message) => message.payload), [b, a]);
  assert.deepEqual(messages.map((message) => message.timestamp), [6, 5]);
});

Deno.test('a message of no bytes is a message', () => {
  assert.equal(readAll(rawMessage(4, audio, body(0)))[0]!.payload.length, 0);
});

Deno.test('Set Chunk Size holds for the chunks after it', () => {
  const size = rawMessage(2, MessageType.SetChunkSize, new Uint8Array(bigEndian(1000, 4)));
  const messages = readAll(size, rawMessage(4, audio, body(900)));
  assert.deepEqual(messages.map((message) => message.payload), [body(900)]);
});

Deno.test('Abort discards what has come of a message', () => {
  const messages = readAll(
    rawChunk({ format: 0, csid: 4, length: 300, type: audio, payload: body(128) }),
    rawMessage(2, MessageType.Abort, new Uint8Array(bigEndian(4, 4))),
    rawMessage(4, audio, body(2)),
    rawMessage(2, MessageType.Abort, new Uint8Array(bigEndian(99, 4))),
  );
  assert.deepEqual(messages.map((message) => message.payload), [body(2)]);
});

Deno.test('a first header of type 1 counts from time 0, as librtmp means it', () => {
  const [message] = readAll(
    rawChunk({ format: 1, csid: 2, time: 40, length: 1, type: audio, payload: body(1) }),
  );
  assert.equal(message!.timestamp, 40);
});

Deno.test('an extended timestamp is read in every chunk that repeats it', () => {
  const time = 0x01020304;
  const [message] = readAll(
    rawChunk({
      format: 0,
      csid: 4,
      time: 0xffffff,
      extended: time,
      length: 200,
      type: audio,
      payload: body(128),
    }),
    rawChunk({ format: 3, csid: 4, extended: time, payload: body(72, 129) }),
  );
  assert.equal(message!.timestamp, time);
  assert.deepEqual(message!.payload, body(200));
});

Deno.test('an extended timestamp that continuing chunks do not repeat is not missed', () => {
  const time = 0x01020304;
  const messages = readAll(
    rawChunk({
      format: 0,
      csid: 4,
      time: 0xffffff,
      extended: time,
      length: 200,
      type: audio,
      payload: body(128),
    }),
    rawChunk({ format: 3, csid: 4, payload: body(72, 129) }),
    rawMessage(4, audio, body(1), 5),
  );
  assert.deepEqual(messages.map((message) => message.payload), [body(200), body(1)]);
});

Deno.test('an extended delta counts on, and continuing chunks may repeat the delta or the absolute time', () => {
  for (const repeated of [0x1000000, 0x1000000 + 500]) {
    const messages = readAll(
      rawChunk({ format: 0, csid: 4, time: 500, length: 1, type: audio, payload: body(1) }),
      rawChunk({
        format: 1,
        csid: 4,
        time: 0xffffff,
        extended: 0x1000000,
        length: 200,
        type: audio,
        payload: body(128),
      }),
      rawChunk({ format: 3, csid: 4, extended: repeated, payload: body(72, 129) }),
    );
    assert.equal(messages[1]!.timestamp, 0x1000000 + 500);
    assert.deepEqual(messages[1]!.payload, body(200));
  }
});

Deno.test('a new message with a type 3 header repeats an extended delta too', () => {
  const messages = readAll(
    rawChunk({ format: 0, csid: 4, time: 0, length: 1, type: audio, payload: body(1) }),
    rawChunk({ format: 2, csid: 4, time: 0xffffff, extended: 0x2000000, payload: body(1) }),
    rawChunk({ format: 3, csid: 4, extended: 0x2000000, payload: body(1, 8) }),
  );
  assert.deepEqual(messages.map((message) => message.timestamp), [0, 0x2000000, 0x4000000]);
  assert.deepEqual(messages[2]!.payload, body(1, 8));
});

Deno.test('timestamps wrap with 32 bits', () => {
  const messages = readAll(
    rawChunk({
      format: 0,
      csid: 4,
      time: 0xffffff,
      extended: 0xfffffff0,
      length: 1,
      type: audio,
      payload: body(1),
    }),
    rawChunk({ format: 2, csid: 4, time: 0x20, payload: body(1) }),
  );
  assert.deepEqual(messages.map((message) => message.timestamp), [0xfffffff0, 0x10]);
});

Deno.test('a message above its limit is refused when it is announced, not when it has come', () => {
  refuses(
    /type 8 must be at most 1000 bytes, got 1001/,
    rawChunk({ format: 0, csid: 4, length: 1001, type: audio }),
  );
  refuses(
    /type 9 must be at most 90000 bytes, got 16777215/,
    rawChunk({ format: 0, csid: 4, length: 0xffffff, type: MessageType.Video }),
  );
});

Deno.test('chunk sizes of 0 and above the limit are refused', () => {
  for (const size of [0, 65_537, 0x7fffffff, 0xffffffff]) {
    refuses(
      /chunk size must be 1 to 65536/,
      rawMessage(2, MessageType.SetChunkSize, new Uint8Array(bigEndian(size, 4))),
    );
  }
});

Deno.test('control messages that are too short are refused', () => {
  refuses(
    /set chunk size message must have at least 4 bytes, got 3/,
    rawMessage(2, MessageType.SetChunkSize, body(3)),
  );
  refuses(/abort message must have at least 4 bytes, got 0/, rawMessage(2, MessageType.Abort, body(0)));
});

Deno.test('a chunk stream that begins with a type 2 or 3 header is refused', () => {
  refuses(/chunk stream 4 begins with a type 2 header/, rawChunk({ format: 2, csid: 4 }));
  refuses(/chunk stream 5 begins with a type 3 header/, rawChunk({ format: 3, csid: 5 }));
});

Deno.test('a new header within a message is refused', () => {
  refuses(
    /begins a message before the last one is whole/,
    rawChunk({ format: 0, csid: 4, length: 200, type: audio, payload: body(128) }),
    rawMessage(4, audio, body(1)),
  );
});

Deno.test('more chunk streams than allowed are refused', () => {
  const streams = Array.from({ length: 9 }, (_, i) => rawMessage(3 + i, audio, body(1)));
  assert.equal(readAll(...streams.slice(0, 8)).length, 8);
  refuses(/at most 8 chunk streams/, ...streams);
});

Deno.test('many messages that are never finished are refused together, however little each is', () => {
  const size = writeChunks(setChunkSize(40_000), 2, 128);
  const part = (csid: number) =>
    rawChunk({ format: 0, csid, length: 80_000, type: MessageType.Video, payload: body(40_000) });
  refuses(/unfinished messages of a session must be at most 100000 bytes/, size, part(4), part(5), part(6));
});

Deno.test('an announced length costs no memory until its bytes come', () => {
  const reader = new ChunkReader(limits);
  read(reader, rawChunk({ format: 0, csid: 4, length: 90_000, type: MessageType.Video, payload: body(100) }));
  assert.ok(reader.bufferedBytes <= 16_384, `${reader.bufferedBytes}`);
});

Deno.test('memory is given back with each message and each abort', () => {
  const reader = new ChunkReader(limits);
  read(reader, rawMessage(4, audio, body(100)));
  assert.equal(reader.bufferedBytes, 0);
  read(reader, rawChunk({ format: 0, csid: 4, length: 300, type: audio, payload: body(128) }));
  assert.equal(reader.bufferedBytes, 300);
  read(reader, rawMessage(2, MessageType.Abort, new Uint8Array(bigEndian(4, 4))));
  assert.equal(reader.bufferedBytes, 0);
});

const anyMessage = fc.record({
  csid: fc.integer({ min: 3, max: 7 }),
  message: fc.record({
    type: fc.constantFrom(audio, MessageType.Video, MessageType.DataAmf0),
    streamId: fc.nat(0xffffffff),
    timestamp: fc.oneof(fc.nat(5000), fc.integer({ min: 0xfffff0, max: 0xffffffff })),
    payload: fc.uint8Array({ maxLength: 700 }),
  }),
});

Deno.test('whatever is written is read back, wherever reads cut it and whatever the chunk size', () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 800 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 10 }),
      (sent, chunkBytes, sizes) => {
        const wire = concatBytes(
          writeChunks(setChunkSize(chunkBytes), 2, 128),
          ...sent.map(({ csid, message }) => writeChunks(message, csid, chunkBytes)),
        );
        const parts: Uint8Array[] = [];
        for (let at = 0, i = 0; at < wire.length; i++) {
          const part = wire.slice(at, at + sizes[i % sizes.length]!);
          parts.push(part);
          at += part.length;
        }
        const heard = readAll(...parts);
        assert.deepEqual(
          heard,
          sent.map(({ message }) => ({ ...message, payload: new Uint8Array(message.payload) })),
        );
      },
    ),
    fuzz,
  );
});

Deno.test('random bytes give messages or a ProtocolError and stay within the memory limit', () => {
  const chunks = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.record({
        format: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
        csid: fc.integer({ min: 2, max: 5 }),
        time: fc.constantFrom(0, 33, 0xffffff),
        length: fc.constantFrom(0, 4, 128, 500, 80_000),
        type: fc.constantFrom(1, 2, 8, 9, 18, 20),
        payload: fc.uint8Array({ maxLength: 200 }),
      }).map(rawChunk),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(chunks, (parts) => {
      const reader = new ChunkReader(limits);
      try {
        read(reader, ...parts);
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
      assert.ok(reader.bufferedBytes <= limits.maxBufferedBytes + limits.maxMessageBytes(MessageType.Video));
    }),
    fuzz,
  );
});

Deno.test('good chunks with some bytes changed give messages or a ProtocolError', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(anyMessage, { minLength: 2, maxLength: 8 }), changes, (sent, changed) => {
      const wire = concatBytes(...sent.map(({ csid, message }) => writeChunks(message, csid, 128)));
      for (const [at, byte] of changed) wire[at % wire.length] = byte;
      const reader = new ChunkReader(limits);
      try {
        for (const message of read(reader, wire)) {
          assert.ok(message.timestamp >= 0 && message.timestamp < 2 ** 32);
        }
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
      }
    }),
    fuzz,
  );
});
