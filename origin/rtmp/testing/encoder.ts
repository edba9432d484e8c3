/** What a publishing encoder says, as bytes, and what it hears; for tests with and without sockets. */
import { concatBytes } from '../../../protocol/bytes.ts';
import { type AmfObject, type AmfValue, decodeAmf0, encodeAmf0 } from '../amf0.ts';
import { ChunkReader } from '../chunk-reader.ts';
import { type Message, MessageType } from '../message.ts';
import { writeChunks } from '../chunk-writer.ts';

/** C0, C1 and C2. */
export function clientHandshake(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + 2 * 1536);
  bytes[0] = 3;
  return bytes;
}

const chunkBytes = 128;

export function command(...values: AmfValue[]): Uint8Array<ArrayBuffer> {
  return message(MessageType.CommandAmf0, encodeAmf0(...values), 0, 3);
}

/** On message stream 1 unless it is a command. */
export function message(type: number, payload: Uint8Array, timestamp = 0, csid = 6): Uint8Array<ArrayBuffer> {
  const streamId = type === MessageType.CommandAmf0 ? 0 : 1;
  return writeChunks({ type, streamId, timestamp, payload }, csid, chunkBytes);
}

export function connect(app: string, tcUrl = `rtmp://localhost/${app}`): Uint8Array<ArrayBuffer> {
  return command('connect', 1, { app, type: 'nonprivate', flashVer: 'FMLE/3.0', tcUrl });
}

export function publish(name: string): Uint8Array<ArrayBuffer> {
  return command('publish', 5, null, name, 'live');
}

/** All that goes before media: ffmpeg says it in this order. */
export function opening(app: string, name: string): Uint8Array<ArrayBuffer> {
  return concatBytes(
    clientHandshake(),
    connect(app),
    command('releaseStream', 2, null, name),
    command('FCPublish', 3, null, name),
    command('createStream', 4, null),
    publish(name),
  );
}

/** Reads what a server sent: the handshake, then messages. */
export class Hearing {
  readonly messages: Message[] = [];
  readonly #reader = new ChunkReader({
    maxChunkBytes: 1 << 20,
    maxChunkStreams: 64,
    maxBufferedBytes: 1 << 20,
    maxMessageBytes: () => 1 << 20,
  });
  #handshakeLeft = 1 + 2 * 1536;

  push(bytes: Uint8Array): void {
    const skip = Math.min(this.#handshakeLeft, bytes.length);
    this.#handshakeLeft -= skip;
    this.#reader.append(bytes.subarray(skip));
    for (let heard = this.#reader.next(); heard; heard = this.#reader.next()) this.messages.push(heard);
  }

  get handshakeDone(): boolean {
    return this.#handshakeLeft === 0;
  }

  /** Commands as [name, transaction, …]. */
  get commands(): AmfValue[][] {
    return this.messages
      .filter((heard) => heard.type === MessageType.CommandAmf0)
      .map((heard) => decodeAmf0(heard.payload));
  }

  /** `code` of every onStatus, in order. */
  get codes(): string[] {
    return this.#statuses.map((status) => String(status.code));
  }

  /** Description of the last onStatus. */
  get description(): string {
    return String(this.#statuses.at(-1)?.description);
  }

  get #statuses(): AmfObject[] {
    return this.commands.filter(([name]) => name === 'onStatus').map((values) => values[3] as AmfObject);
  }
}
