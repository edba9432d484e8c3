/**
 * First media of those who join by the shard's own socket: from the data centre's cache or the Media object, as the
 * Worker sends it to those who join by HTTP (routes/join.ts).
 */
import { type Broadcast, firstTracks } from '../../protocol/broadcast.ts';
import { encodeIdleFrame } from '../../protocol/frame.ts';
import { RateLimit } from '../access/rate-limit.ts';
import { heldOrFresh, JOIN_FRESH_MS } from '../edge-cache.ts';
import type { Env } from '../env.ts';
import { restOf } from '../media/join-rest.ts';
import { Unread } from '../media/unread.ts';
import { countBytes, type EdgeUse, emptyUse } from '../report/edge-use.ts';

/**
 * Joins whose media one shard sends, at once and a second. What is on its way lies in the object's 128 MB, so who comes
 * in a crowd joins by HTTP, which as many Workers answer as it takes.
 */
const AT_ONCE = 30;
const PER_SECOND = 10;
/** When so much may lie unread, others join by HTTP, which waits for its readers. */
const MOST_UNREAD_BYTES = 48 << 20;
/** A message is there when all of it is: in small ones a narrow line shows its picture before it has the rest. */
const MESSAGE_BYTES = 16 * 1024;
/** So long others have to bring what a viewer does not need at once; most have met somebody by then. */
const REST_AFTER_MS = 450;

/** What joins are told the media of. */
interface OnAir {
  channel: string;
  broadcast: Broadcast;
  /** How far behind live players begin, milliseconds. */
  latencyTargetMs: number;
}

interface Taken {
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Sent later, and only to whom others do not bring it. */
  rest?: Uint8Array;
}

export class JoinMedia {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #calm = new RateLimit(AT_ONCE, PER_SECOND);
  #use = emptyUse();
  readonly #unread = new Unread<WebSocket>(MOST_UNREAD_BYTES);
  /** Who is being sent media: to be called when it wants no more. */
  readonly #sending = new Map<WebSocket, AbortController>();
  /** What came last, for who joins a moment later. Not under an egress cap: each copy is counted there. */
  #last: { broadcastId: string; body: Uint8Array; madeMs: number } | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx;
    this.#env = env;
  }

  /** Whether one more may join here now. `announcedMs`: how long ago a socket announced, if it did. */
  admit(broadcast: Broadcast, announcedMs: (socket: WebSocket) => number | undefined): boolean {
    return this.#unread.hasRoom(broadcast, announcedMs) && this.#calm.take('everybody', Date.now());
  }

  /** It may have been sent media before the shard was woken: it has not announced. */
  restore(socket: WebSocket): void {
    this.#unread.open(socket);
  }

  /** It has said something after its announce, or is closed. */
  forget(socket: WebSocket): void {
    this.#unread.forget(socket);
  }

  /** Others bring it what it was not sent yet, or it is gone. */
  enough(socket: WebSocket): void {
    this.#sending.get(socket)?.abort();
  }

  /** Sends it, or nothing when there is none to be had, and an empty message behind it. Never rejects. */
  async sendTo(socket: WebSocket, onAir: OnAir): Promise<void> {
    this.#unread.open(socket);
    const enough = new AbortController();
    this.#sending.set(socket, enough);
    try {
      await this.#send(socket, onAir, enough.signal);
    } catch {
      // The Media object was just restarted, or the viewer has left: who is still there asks for it again.
    }
    this.#sending.delete(socket);
    try {
      socket.send(new Uint8Array(0));
    } catch {
      // It has left.
    }
  }

  async #send(socket: WebSocket, onAir: OnAir, enough: AbortSignal): Promise<void> {
    let sent = 0;
    // Who has left is sent into the void, and no error tells.
    const isOver = () => enough.aborted || socket.readyState !== WebSocket.OPEN;
    const send = (part: Uint8Array) => {
      for (let at = 0; at < part.length; at += MESSAGE_BYTES) {
        socket.send(part.subarray(at, at + MESSAGE_BYTES));
      }
      sent += part.length;
    };
    const { parts, rest } = await this.#take(onAir);
    // Under an egress cap it comes bit by bit, and so it goes on.
    for await (const part of parts) {
      if (isOver()) return;
      send(part);
    }
    if (rest) {
      // It says so, and that nobody need wait for it.
      send(encodeIdleFrame());
      await pause(REST_AFTER_MS, enough);
      if (!isOver()) send(rest);
    }
    this.#unread.send(socket, sent);
  }

  async #take({ channel, broadcast, latencyTargetMs }: OnAir): Promise<Taken> {
    const last = this.#last;
    if (last?.broadcastId === broadcast.id && Date.now() - last.madeMs <= JOIN_FRESH_MS) {
      return parted(this.#countHit(last.body), latencyTargetMs - (Date.now() - last.madeMs));
    }
    const ask = { what: 'join', broadcastId: broadcast.id, tracks: firstTracks(broadcast) } as const;
    const { response, hitBytes, madeMs } = await heldOrFresh({
      env: this.#env,
      ctx: this.#ctx,
      channel,
      ask,
    });
    if (!response.ok) {
      // Told in words.
      await response.body?.cancel();
      return { parts: [] };
    }
    if (madeMs === 0) return { parts: response.body ?? [] };
    const body = new Uint8Array(await response.arrayBuffer());
    this.#last = { broadcastId: broadcast.id, body, madeMs };
    if (hitBytes !== undefined) this.#countHit(body);
    return parted(body, latencyTargetMs - (Date.now() - madeMs));
  }

  #countHit(body: Uint8Array): Uint8Array {
    this.#use.cacheHits++;
    countBytes(this.#use, 'join', body.length);
    return body;
  }

  /** What came of the cache since the last call: the Media object counts the rest. */
  takeUse(): EdgeUse {
    const use = this.#use;
    this.#use = emptyUse();
    return use;
  }
}

/** `behindMs`: how far behind the end of this media playback begins. */
function parted(body: Uint8Array, behindMs: number): Taken {
  const at = restOf(body, behindMs);
  return at < body.length ? { parts: [body.subarray(0, at)], rest: body.subarray(at) } : { parts: [body] };
}

/** Over early when it is told so. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
