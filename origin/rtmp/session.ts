/**
 * One encoder's connection from its first byte to its last: bytes and time go in, bytes come out. It knows no socket
 * and no timer, `connection.ts` has both.
 */
import type { AmfObject } from './amf0.ts';
import { ChunkReader } from './chunk-reader.ts';
import { writeChunks } from './chunk-writer.ts';
import { type Command, connectResult, onFc, onStatus, parseCommand, result, stringField } from './command.ts';
import { ServerHandshake } from './handshake.ts';
import type { RtmpLimits } from './limits.ts';
import {
  acknowledgement,
  type Message,
  MessageType,
  readUint32,
  setChunkSize,
  setPeerBandwidth,
  userControl,
  UserEvent,
  windowAckSize,
} from './message.ts';
import { Publication } from './publication.ts';
import { ProtocolError } from './protocol-error.ts';
import { parsePublishPath, type PublishPath } from './publish-path.ts';
import {
  type Authorise,
  type LogFields,
  type PublishDecision,
  type PublishRefusal,
  type RtmpLog,
  UnsupportedMedia,
} from './seam.ts';

/** What a session has of the world. */
export interface SessionHost {
  /** Queues bytes for the encoder. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Ends the connection; `polite`: not before what was sent has been read, within `closeWithinMs`. */
  close(polite: boolean): void;
  authorise: Authorise;
  log: RtmpLog;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  random(bytes: Uint8Array<ArrayBuffer>): void;
}

/** `idle`: connected, not (or no longer) publishing. */
export type SessionState = 'handshake' | 'connecting' | 'idle' | 'authorising' | 'publishing' | 'closed';

const windowBytes = 2_500_000;
const sentChunkBytes = 4096;
/** The one stream that createStream gives. */
const mediaStream = 1;
const csid = { control: 2, command: 3, status: 5 };

export class RtmpSession {
  readonly id: number;
  readonly remote: string;
  readonly #host: SessionHost;
  readonly #limits: RtmpLimits;
  readonly #handshake: ServerHandshake;
  readonly #reader: ChunkReader;
  #state: SessionState = 'handshake';
  #deadline: number;
  #app = '';
  #tcUrl = '';
  #publication: Publication | undefined;
  #paused: PromiseWithResolvers<void> | undefined;
  #received = 0;
  #acknowledged = 0;
  #ackWindow = windowBytes;

  constructor(id: number, remote: string, limits: RtmpLimits, host: SessionHost) {
    this.id = id;
    this.remote = remote;
    this.#limits = limits;
    this.#host = host;
    this.#handshake = new ServerHandshake(host.random);
    this.#deadline = host.now() + limits.handshakeWithinMs;
    this.#reader = new ChunkReader({
      maxChunkBytes: limits.maxChunkBytes,
      maxChunkStreams: limits.maxChunkStreams,
      maxBufferedBytes: limits.maxBufferedBytes,
      maxMessageBytes: (type) => this.#maxMessageBytes(type),
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** While a publish is being decided nothing is read: resolves when reading may go on, or the session is closed. */
  get ready(): Promise<void> | undefined {
    return this.#paused?.promise;
  }

  /** Takes bytes off the socket (and keeps a reference while paused). Never throws: bad bytes end the session. */
  push(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#guard(() => {
      this.#received += bytes.length;
      let rest = bytes;
      if (!this.#handshake.done) {
        const { used, reply } = this.#handshake.push(bytes);
        if (reply) this.#host.send(reply);
        if (!this.#handshake.done) return;
        this.#enter('connecting', this.#limits.publishWithinMs);
        rest = bytes.subarray(used);
      }
      this.#reader.append(rest);
      this.#drain();
      this.#acknowledge();
    });
  }

  /** To be called every now and then: ends the session when its time is up. */
  tick(): void {
    if (this.#state === 'closed' || this.#host.now() < this.#deadline) return;
    const limits = this.#limits;
    switch (this.#state) {
      case 'handshake':
        return this.#end(timeouts.handshake(limits.handshakeWithinMs), false);
      case 'authorising':
        return this.#refuse(statusOf.unavailable, timeouts.authorising(limits.authoriseWithinMs));
      case 'publishing':
        return this.#end(timeouts.publishing(limits.idleMs), false);
      default:
        return this.#end(timeouts.idle, true);
    }
  }

  /** The socket is gone, or is to go. */
  gone(reason: string): void {
    this.#end(reason, false);
  }

  #enter(state: SessionState, withinMs: number): void {
    this.#state = state;
    this.#deadline = this.#host.now() + withinMs;
  }

  #maxMessageBytes(type: number): number {
    if (this.#state !== 'publishing') return this.#limits.maxCommandBytes;
    if (type === MessageType.Video || type === MessageType.Aggregate) return this.#limits.maxVideoBytes;
    if (type === MessageType.Audio) return this.#limits.maxAudioBytes;
    return this.#limits.maxCommandBytes;
  }

  /** Runs a step of the session; whatever it throws ends this session and no other. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (error instanceof UnsupportedMedia) {
        this.#refuse('NetStream.Publish.Rejected', error.message);
      } else if (error instanceof ProtocolError) {
        this.#end(`protocol error: ${error.message}`, false, 'warn');
      } else {
        this.#log('error', 'internal error', { error: textOf(error) });
        this.#end('internal error', false, 'error');
      }
    }
  }

  #drain(): void {
    while (this.#state !== 'closed' && !this.#paused) {
      const message = this.#reader.next();
      if (!message) return;
      this.#onMessage(message);
    }
  }

  /** Section 5.4.3; the sequence number wraps with 32 bits. */
  #acknowledge(): void {
    if (this.#state === 'closed' || this.#received - this.#acknowledged < this.#ackWindow) return;
    this.#acknowledged = this.#received;
    this.#send(acknowledgement(this.#received % 2 ** 32), csid.control);
  }

  #onMessage(message: Message): void {
    switch (message.type) {
      case MessageType.WindowAckSize:
        this.#ackWindow = Math.max(1, readUint32(message.payload, 'window acknowledgement size'));
        return;
      case MessageType.UserControl:
        return this.#onUserControl(message.payload);
      case MessageType.CommandAmf0:
      case MessageType.CommandAmf3:
        return this.#onCommand(parseCommand(message));
      case MessageType.Audio:
      case MessageType.Video:
      case MessageType.DataAmf0:
      case MessageType.DataAmf3:
      case MessageType.Aggregate:
        // Media before Publish.Start or after unpublish is dropped.
        if (this.#state !== 'publishing') return;
        if (this.#publication!.media(message)) this.#deadline = this.#host.now() + this.#limits.idleMs;
        return;
      default: // acknowledgements, peer bandwidth, shared objects: nothing to do
    }
  }

  #onUserControl(payload: Uint8Array): void {
    const isPing = payload.length >= 6 && (payload[0]! << 8 | payload[1]!) === UserEvent.PingRequest;
    if (!isPing) return;
    const time = readUint32(payload.subarray(2), 'ping request');
    this.#send(userControl(UserEvent.PingResponse, time), csid.control);
  }

  #onCommand(command: Command): void {
    if (command.name === 'connect') return this.#onConnect(command);
    if (this.#state === 'connecting') {
      throw new ProtocolError('connect must be the first command');
    }
    switch (command.name) {
      case 'createStream':
        return this.#send(result(command.transaction, null, mediaStream), csid.command);
      case 'publish':
        return this.#onPublish(command);
      case 'FCPublish':
        this.#send(result(command.transaction, null), csid.command);
        return this.#send(onFc('onFCPublish', 'NetStream.Publish.Start'), csid.command);
      case 'releaseStream':
        return this.#send(result(command.transaction, null), csid.command);
      case 'FCUnpublish':
        this.#send(onFc('onFCUnpublish', 'NetStream.Unpublish.Success'), csid.command);
        return this.#unpublish(command.name);
      case 'closeStream':
      case 'deleteStream':
        return this.#unpublish(command.name);
      case 'play':
      case 'play2':
        return this.#refuse('NetStream.Play.Failed', 'this server takes streams and does not play them');
      default: // _checkbw, getStreamLength, receiveAudio and others: no encoder waits for an answer
    }
  }

  #onConnect({ transaction, args: [object] }: Command): void {
    if (this.#state !== 'connecting') throw new ProtocolError('connect may be sent once');
    this.#state = 'idle'; // the deadline for publish runs on
    this.#app = stringField(object, 'app');
    this.#tcUrl = stringField(object, 'tcUrl');
    const encoding = (object as AmfObject | null | undefined)?.objectEncoding === 3 ? 3 : 0;
    this.#send(windowAckSize(windowBytes), csid.control);
    this.#send(setPeerBandwidth(windowBytes), csid.control);
    this.#host.send(writeChunks(setChunkSize(sentChunkBytes), csid.control, sentChunkBytes));
    this.#send(connectResult(transaction, encoding), csid.command);
  }

  #onPublish({ args: [, name] }: Command): void {
    if (this.#publication) {
      throw new ProtocolError('a connection may publish one stream at a time');
    }
    let path: PublishPath;
    try {
      path = parsePublishPath(this.#app, this.#tcUrl, typeof name === 'string' ? name : '');
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.#refuse('NetStream.Publish.Denied', error.message);
    }
    this.#enter('authorising', this.#limits.authoriseWithinMs);
    this.#paused = Promise.withResolvers<void>();
    const publication = new Publication(path.app, path.channel);
    this.#publication = publication;
    void this.#authorise(publication, path);
  }

  async #authorise(publication: Publication, path: PublishPath): Promise<void> {
    let decision: PublishDecision;
    try {
      decision = await this.#host.authorise(
        { ...path, remote: this.remote, session: this.id },
        { id: this.id, drop: (reason) => this.#drop(publication, reason) },
      );
    } catch (error) {
      this.#log('error', 'authorise failed', {
        error: textOf(error),
      });
      decision = {
        ok: false,
        code: 'unavailable',
        reason: 'the stream key could not be checked, try again later',
      };
    }
    this.#guard(() => {
      if (decision.ok) publication.accept(decision.sink);
      if (this.#publication !== publication) return; // it has gone meanwhile
      if (!decision.ok) {
        return this.#refuse(statusOf[decision.code], decision.reason);
      }
      this.#enter('publishing', this.#limits.idleMs);
      this.#send(userControl(UserEvent.StreamBegin, mediaStream), csid.control);
      this.#send(
        onStatus(mediaStream, 'status', 'NetStream.Publish.Start', `publishing ${path.channel}`),
        csid.status,
      );
      this.#log('info', 'publish started', {});
      this.#resume();
      this.#drain();
    });
  }

  #unpublish(how: string): void {
    if (this.#state !== 'publishing') return;
    const publication = this.#publication!;
    this.#log('info', 'publish ended by the encoder', { how });
    this.#publication = undefined;
    this.#enter('idle', this.#limits.lingerMs);
    this.#send(
      onStatus(mediaStream, 'status', 'NetStream.Unpublish.Success', 'publish ended'),
      csid.status,
    );
    publication.end('the encoder ended the publish', true);
  }

  #drop(publication: Publication, reason: string): void {
    if (this.#publication !== publication) return;
    this.#guard(() => this.#refuse('NetStream.Publish.Rejected', reason));
  }

  /** Tells why and ends the session. */
  #refuse(code: string, reason: string): void {
    if (this.#state === 'closed') return;
    this.#send(onStatus(mediaStream, 'error', code, reason), csid.status);
    this.#end(reason, true, 'warn', { code });
  }

  #end(
    reason: string,
    polite: boolean,
    level: 'info' | 'warn' | 'error' = 'info',
    fields: LogFields = {},
  ): void {
    if (this.#state === 'closed') return;
    this.#log(level, 'session ended', { ...fields, state: this.#state, reason });
    this.#state = 'closed';
    this.#resume();
    this.#host.close(polite);
    const publication = this.#publication;
    this.#publication = undefined;
    try {
      publication?.end(reason, false);
    } catch (error) {
      this.#log('error', 'sink failed to end', {
        error: textOf(error),
      });
    }
  }

  #resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  #send(message: Message, chunkStream: number): void {
    this.#host.send(writeChunks(message, chunkStream, sentChunkBytes));
  }

  #log(level: 'info' | 'warn' | 'error', text: string, fields: LogFields): void {
    const channel: LogFields = this.#publication ? { channel: this.#publication.channel } : {};
    this.#host.log(level, text, { session: this.id, remote: this.remote, ...channel, ...fields });
  }
}

const statusOf: Record<PublishRefusal, string> = {
  denied: 'NetStream.Publish.Denied',
  duplicate: 'NetStream.Publish.BadName',
  unavailable: 'NetStream.Failed',
};
const textOf = (error: unknown) => error instanceof Error ? error.message : String(error);
const seconds = (ms: number) => `${ms / 1000} s`;
const timeouts = {
  handshake: (ms: number) => `handshake was not finished within ${seconds(ms)}`,
  authorising: (ms: number) => `the stream key could not be checked within ${seconds(ms)}, try again later`,
  publishing: (ms: number) => `no media came for ${seconds(ms)}`,
  idle: 'nothing is published on this connection',
};
