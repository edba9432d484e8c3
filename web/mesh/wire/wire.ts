/**
 * One side of a link over a byte channel: what a world puts between its data channel and the mesh. Messages may be
 * sent at once; they wait for the other side's extended handshake, which says that it is one of Shoal's.
 */
import type { Message } from '../message.ts';
import { type CodecOptions, WireCodec } from './codec.ts';

/** Messages that may wait for the handshake: a hello, in fact. */
const MAX_WAITING = 16;

export interface WireEvents {
  /** Put this on the channel, in order. */
  write(chunk: Uint8Array<ArrayBuffer>): void;
  message(message: Message): void;
  /** The other side is a stock client: harmless, and of no use to the mesh. */
  stock(): void;
}

export class Wire {
  #codec: WireCodec;
  #events: WireEvents;
  #waiting: Message[] = [];
  #isKnown = false;

  constructor(options: CodecOptions, events: WireEvents) {
    this.#codec = new WireCodec(options);
    this.#events = events;
  }

  /** Peer id of the other side's handshake; undefined before. */
  get remotePeerId(): string | undefined {
    return this.#codec.remotePeerId;
  }

  /** The channel is open. */
  open(): void {
    for (const chunk of this.#codec.start()) this.#events.write(chunk);
  }

  /** Bytes off the channel. Throws WireOffence: close the link. */
  receive(bytes: Uint8Array): void {
    const messages = this.#codec.push(bytes);
    if (!this.#isKnown && this.#codec.kind !== 'unknown') {
      this.#isKnown = true;
      if (this.#codec.kind === 'stock') this.#events.stock();
      else for (const message of this.#waiting) this.#write(message);
      this.#waiting = [];
    }
    for (const message of messages) this.#events.message(message);
  }

  send(message: Message): void {
    if (this.#codec.kind === 'shoal') return this.#write(message);
    if (this.#codec.kind === 'stock') return;
    if (this.#waiting.length >= MAX_WAITING) throw new Error('wire.waiting: the handshake is not done');
    this.#waiting.push(message);
  }

  #write(message: Message): void {
    for (const chunk of this.#codec.encode(message)) this.#events.write(chunk);
  }
}
