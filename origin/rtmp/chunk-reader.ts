/** Chunks to messages (RTMP 1.0 section 5.3), whatever the bytes are and wherever the reads cut them. */
import { type Message, MessageType, readUint32 } from './message.ts';
import { ProtocolError } from './protocol-error.ts';

export interface ChunkLimits {
  maxChunkBytes: number;
  maxChunkStreams: number;
  /** Sum of all messages that have begun. */
  maxBufferedBytes: number;
  /** Asked when a message begins, so that a session may be given more once it is authorised. */
  maxMessageBytes(type: number): number;
}

/** What section 5.3.1.2 lets later chunks of a chunk stream leave out. */
interface ChunkStream {
  timestamp: number;
  /** The timestamp field of the last header of type 0, 1 or 2, which a type 3 header repeats. */
  field: number;
  extended: boolean;
  length: number;
  type: number;
  streamId: number;
  /** The message under way: grows as it arrives, so that a length that was only announced costs nothing. */
  body: Uint8Array<ArrayBuffer> | undefined;
  received: number;
}

/** Bytes of the timestamp, length, type and stream id fields by header type. */
const headerBytes = [11, 7, 3, 0] as const;
const defaultChunkBytes = 128;
const firstBodyBytes = 16 * 1024;
const nothing = new Uint8Array(0);

/**
 * `append` bytes, then take messages with `next` until it has none. Set Chunk Size and Abort are obeyed here and not
 * handed on. Throws `ProtocolError`; after that the reader is of no more use.
 */
export class ChunkReader {
  readonly #limits: ChunkLimits;
  readonly #streams = new Map<number, ChunkStream>();
  #input: Uint8Array = nothing;
  #at = 0;
  #chunkBytes = defaultChunkBytes;
  #buffered = 0;
  /** The chunk whose payload is being read, and how much of it is to come. */
  #current: ChunkStream | undefined;
  #chunkLeft = 0;

  constructor(limits: ChunkLimits) {
    this.#limits = limits;
  }

  /** Bytes held for messages that are not yet whole. */
  get bufferedBytes(): number {
    return this.#buffered;
  }

  /** Keeps a reference to `bytes` until they are read. */
  append(bytes: Uint8Array): void {
    const rest = this.#input.length - this.#at;
    if (rest === 0) {
      this.#input = bytes;
    } else {
      const joined = new Uint8Array(rest + bytes.length);
      joined.set(this.#input.subarray(this.#at));
      joined.set(bytes, rest);
      this.#input = joined;
    }
    this.#at = 0;
  }

  /** The next whole message, undefined when more bytes are needed. */
  next(): Message | undefined {
    while (true) {
      if (!this.#current && !this.#readHeader()) return undefined;
      const stream = this.#current!;
      this.#readPayload(stream);
      if (this.#chunkLeft > 0) return undefined;
      this.#current = undefined;
      if (stream.received < stream.length) continue;
      const message = this.#finish(stream);
      if (message.type === MessageType.SetChunkSize) this.#setChunkSize(message.payload);
      else if (message.type === MessageType.Abort) this.#abort(message.payload);
      else return message;
    }
  }

  /** False when the header is not yet there as a whole; nothing is consumed then. */
  #readHeader(): boolean {
    const input = this.#input;
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    let at = this.#at;
    const available = input.length - at;
    if (available < 1) return false;
    const format = input[at]! >> 6 as 0 | 1 | 2 | 3;
    let csid = input[at]! & 0x3f;
    const basicBytes = csid === 0 ? 2 : csid === 1 ? 3 : 1;
    if (available < basicBytes + headerBytes[format]) return false;
    if (csid === 0) csid = 64 + input[at + 1]!;
    else if (csid === 1) csid = 64 + input[at + 1]! + 256 * input[at + 2]!;
    at += basicBytes;

    const known = this.#streams.get(csid);
    const stream = known ?? this.#newStream(csid, format);
    const begins = stream.body === undefined;
    if (!begins && format !== 3) {
      throw new ProtocolError(`chunk stream ${csid} begins a message before the last one is whole`);
    }
    let { field, extended, length, type, streamId } = stream;
    if (format < 3) {
      field = uint24(input, at);
      extended = field === 0xffffff;
    }
    if (format < 2) {
      length = uint24(input, at + 3);
      type = input[at + 6]!;
    }
    if (format === 0) streamId = view.getUint32(at + 7, true);
    at += headerBytes[format];
    if (extended) {
      if (input.length - at < 4) return false;
      const value = view.getUint32(at);
      const absolute = begins ? (stream.timestamp + field) >>> 0 : stream.timestamp;
      // Some encoders do not repeat the extended timestamp in type 3 chunks, others repeat the absolute time.
      if (format < 3 || value === field || value === absolute) at += 4;
      if (format < 3) field = value;
    }
    if (!known) this.#streams.set(csid, stream);
    this.#at = at;
    stream.field = field;
    stream.extended = extended;
    if (begins) {
      stream.timestamp = format === 0 ? field : (stream.timestamp + field) >>> 0;
      stream.length = length;
      stream.type = type;
      stream.streamId = streamId;
      this.#begin(stream);
    }
    this.#current = stream;
    this.#chunkLeft = Math.min(this.#chunkBytes, stream.length - stream.received);
    return true;
  }

  #newStream(csid: number, format: number): ChunkStream {
    // librtmp begins its control stream with a type 1 header: then the time counts from 0.
    if (format > 1) throw new ProtocolError(`chunk stream ${csid} begins with a type ${format} header`);
    if (this.#streams.size >= this.#limits.maxChunkStreams) {
      throw new ProtocolError(`a session may have at most ${this.#limits.maxChunkStreams} chunk streams`);
    }
    return {
      timestamp: 0,
      field: 0,
      extended: false,
      length: 0,
      type: 0,
      streamId: 0,
      body: undefined,
      received: 0,
    };
  }

  #begin(stream: ChunkStream): void {
    const limit = this.#limits.maxMessageBytes(stream.type);
    if (stream.length > limit) {
      throw new ProtocolError(
        `message of type ${stream.type} must be at most ${limit} bytes, got ${stream.length}`,
      );
    }
    stream.received = 0;
    stream.body = nothing;
  }

  #readPayload(stream: ChunkStream): void {
    const part = this.#input.subarray(this.#at, this.#at + this.#chunkLeft);
    if (part.length === 0) return;
    this.#reserve(stream, stream.received + part.length);
    stream.body!.set(part, stream.received);
    stream.received += part.length;
    this.#at += part.length;
    this.#chunkLeft -= part.length;
  }

  /** Doubles the body up to the announced length. */
  #reserve(stream: ChunkStream, bytes: number): void {
    const body = stream.body!;
    if (body.length >= bytes) return;
    const size = Math.min(stream.length, Math.max(bytes, 2 * body.length, firstBodyBytes));
    this.#buffered += size - body.length;
    if (this.#buffered > this.#limits.maxBufferedBytes) {
      throw new ProtocolError(
        `unfinished messages of a session must be at most ${this.#limits.maxBufferedBytes} bytes together`,
      );
    }
    const grown = new Uint8Array(size);
    grown.set(body.subarray(0, stream.received));
    stream.body = grown;
  }

  #finish(stream: ChunkStream): Message {
    const payload = stream.body!;
    this.#release(stream);
    return { type: stream.type, streamId: stream.streamId, timestamp: stream.timestamp, payload };
  }

  #release(stream: ChunkStream): void {
    this.#buffered -= stream.body?.length ?? 0;
    stream.body = undefined;
    stream.received = 0;
  }

  /** Section 5.4.1. */
  #setChunkSize(payload: Uint8Array): void {
    const bytes = readUint32(payload, 'set chunk size');
    if (bytes < 1 || bytes > this.#limits.maxChunkBytes) {
      throw new ProtocolError(`chunk size must be 1 to ${this.#limits.maxChunkBytes} bytes, got ${bytes}`);
    }
    this.#chunkBytes = bytes;
  }

  /** Section 5.4.2. A chunk stream that is not there or has nothing under way is no harm. */
  #abort(payload: Uint8Array): void {
    const stream = this.#streams.get(readUint32(payload, 'abort'));
    if (stream) this.#release(stream);
  }
}

function uint24(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
}
