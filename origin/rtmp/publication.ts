/** One publish: from the publish command, through its acceptance, to its end. */
import { splitAggregate } from './aggregate.ts';
import { decodeAmf0 } from './amf0.ts';
import { type Message, MessageType } from './message.ts';
import { ProtocolError } from './protocol-error.ts';
import type { MediaSink } from './seam.ts';
import { Timeline } from './timeline.ts';

export class Publication {
  readonly app: string;
  readonly channel: string;
  readonly #timeline = new Timeline();
  #sink: MediaSink | undefined;
  #ended: { reason: string; polite: boolean } | undefined;

  constructor(app: string, channel: string) {
    this.app = app;
    this.channel = channel;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** From now on media has a place to go; if the publish is over already, the sink hears it at once. */
  accept(sink: MediaSink): void {
    this.#sink = sink;
    if (this.#ended) sink.ended(this.#ended.reason, this.#ended.polite);
  }

  /** Tells the sink, once. */
  end(reason: string, polite: boolean): void {
    if (this.#ended) return;
    this.#ended = { reason, polite };
    this.#sink?.ended(reason, polite);
  }

  /**
   * Hands a media message to the sink; true when there was audio or video in it. Metadata that cannot be read is
   * left out: pictures do not depend on it. Throws what the sink throws, `ProtocolError` for a bad aggregate.
   */
  media(message: Message): boolean {
    switch (message.type) {
      case MessageType.Audio:
      case MessageType.Video:
        this.#sink?.tag({
          type: message.type === MessageType.Audio ? 'audio' : 'video',
          timestampMs: this.#timeline.unwrap(message.timestamp),
          body: message.payload,
        });
        return true;
      case MessageType.DataAmf0:
        this.#data(message, message.payload);
        return false;
      case MessageType.DataAmf3:
        this.#data(message, message.payload.subarray(1));
        return false;
      case MessageType.Aggregate: {
        let media = false;
        for (const part of splitAggregate(message)) {
          if (this.hasEnded) return media; // by the sink, over the part before
          if (part.type !== MessageType.Aggregate && this.media(part)) media = true;
        }
        return media;
      }
      default:
        return false;
    }
  }

  #data(message: Message, payload: Uint8Array): void {
    const body = withoutSetDataFrame(payload);
    let data: unknown[];
    try {
      data = decodeAmf0(body);
    } catch (error) {
      if (error instanceof ProtocolError) return;
      throw error;
    }
    this.#sink?.tag({ type: 'data', timestampMs: this.#timeline.unwrap(message.timestamp), body, data });
  }
}

/** The AMF0 string with which encoders ask a server to keep metadata for later viewers. */
const setDataFrame = new Uint8Array([2, 0, 13, ...new TextEncoder().encode('@setDataFrame')]);

function withoutSetDataFrame(payload: Uint8Array): Uint8Array {
  const leads = payload.length >= setDataFrame.length && setDataFrame.every((byte, i) => payload[i] === byte);
  return leads ? payload.subarray(setDataFrame.length) : payload;
}
