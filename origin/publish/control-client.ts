/** The control socket (protocol/control.ts): asks for permission to publish, tells what is live, obeys the edge. */
import * as v from 'valibot';
import { type FromOrigin, ToOrigin } from '../../protocol/control.ts';
import { EdgeSocket, type EdgeSocketTiming } from './edge-socket.ts';
import type { Log } from './log.ts';
import { originToken } from './origin-token.ts';

type Message<T extends ToOrigin['type']> = Extract<ToOrigin, { type: T }>;
export type Granted = Message<'granted'>;
export type Refused = Message<'refused'>;
/** What the edge says unasked. */
export type Order = Message<'drop'> | Message<'ended'> | Message<'settings'> | Message<'keys'>;
export type PublishQuestion = Omit<Extract<FromOrigin, { type: 'publish' }>, 'type' | 'id'>;

export interface ControlClientOptions {
  /** `http:` or `https:` address of the edge. */
  edgeUrl: string;
  secret: string;
  originId: string;
  /** For the hello: channels that have an encoder. */
  live: () => Extract<FromOrigin, { type: 'hello' }>['live'];
  /** For the hello: where encoders push to. */
  ingest?: () => string[];
  /** After the hello of each connection. */
  onOpen: () => void;
  onOrder: (order: Order) => void;
  /** For a socket that takes channels whose input is another Shoal's. */
  onSources?: (sources: Message<'sources'>['sources']) => void;
  log: Log;
  /** How long a publish may wait for the edge, connecting included. */
  publishMs?: number;
  timing?: Partial<EdgeSocketTiming>;
}

/** An edge that restarts is back within this; below what encoders and the RTMP session wait for an answer. */
const PUBLISH_MS = 10_000;
/** Publishes that may wait at once: each is asked again when the edge is back. */
export const MAX_HELD = 128;

interface Question {
  message: FromOrigin;
  answer: (answer: Granted | Refused) => void;
  timer: ReturnType<typeof setTimeout>;
}

export class ControlClient {
  readonly #options: ControlClientOptions;
  readonly #socket: EdgeSocket;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;

  constructor(options: ControlClientOptions) {
    this.#options = options;
    const { edgeUrl, secret, originId, log, timing } = options;
    this.#socket = new EdgeSocket({
      url: socketUrl(edgeUrl, '/origin/control'),
      token: () => originToken(secret, originId),
      onOpen: () => this.#opened(),
      onText: (text) => this.#text(text),
      onDown: () => {},
      pings: true,
      log,
      timing,
    });
  }

  get isConnected(): boolean {
    return this.#socket.isOpen;
  }

  /** False when there is no connection. */
  send(message: FromOrigin): boolean {
    return this.#socket.send(JSON.stringify(message));
  }

  /**
   * Asks the edge, or asks it as soon as it is back. One that does not answer in time refuses with `unavailable`.
   * Never rejects.
   */
  publish(question: PublishQuestion): Promise<Granted | Refused> {
    const id = ++this.#lastId;
    if (this.#questions.size >= MAX_HELD) {
      const reason = 'too many encoders wait for the edge, try again soon';
      return Promise.resolve({ type: 'refused', id, code: 'unavailable', reason });
    }
    const message: FromOrigin = { type: 'publish', id, ...question };
    return new Promise((resolve) => {
      const answer = (given: Granted | Refused) => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(given);
      };
      const reason = 'the edge does not answer, try again soon';
      const timer = setTimeout(
        () => answer({ type: 'refused', id, code: 'unavailable', reason }),
        this.#options.publishMs ?? PUBLISH_MS,
      );
      this.#questions.set(id, { message, answer, timer });
      this.send(message);
    });
  }

  close(): void {
    for (const [id, { answer }] of this.#questions) {
      answer({ type: 'refused', id, code: 'unavailable', reason: 'the origin is stopping' });
    }
    this.#socket.close();
  }

  #opened(): void {
    this.#options.log('info', 'control socket is up', {});
    const { originId, live, ingest } = this.#options;
    this.send({
      type: 'hello',
      origin: originId,
      live: live(),
      ingest: ingest?.() ?? [],
      ...(this.#options.onSources ? { sources: true } : {}),
    });
    this.#options.onOpen();
    for (const { message } of this.#questions.values()) this.send(message);
  }

  #text(text: string): void {
    const message = v.parse(ToOrigin, JSON.parse(text));
    if (message.type === 'granted' || message.type === 'refused') {
      this.#questions.get(message.id)?.answer(message);
    } else if (message.type === 'sources') this.#options.onSources?.(message.sources);
    else this.#options.onOrder(message);
  }
}

/** The address of a socket route at the edge. */
export function socketUrl(edgeUrl: string, path: string): string {
  const url = new URL(path, edgeUrl);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
