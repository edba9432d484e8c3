/**
 * A WebSocket to the edge that stays up: dialled again at once when it breaks, then with growing, random pauses. A
 * connection through which nothing has gone for a while is given up, since a dead network says nothing.
 */
import type { Log } from './log.ts';

export interface EdgeSocketOptions {
  /** `ws:` or `wss:`. */
  url: string;
  /** Made anew for each attempt. */
  token: () => Promise<string>;
  onOpen: () => void;
  /** A text message; what it throws closes the connection. */
  onText: (text: string) => void;
  /** Ask `ping` now and then, and give the connection up when nothing is answered (control.ts). */
  pings?: boolean;
  /** The connection that was open is gone. */
  onDown: () => void;
  log: Log;
  timing?: Partial<EdgeSocketTiming>;
}

export interface EdgeSocketTiming {
  /** Pause before the second attempt; it doubles from there. */
  firstPauseMs: number;
  longestPauseMs: number;
  connectMs: number;
  /** Data that waits to be sent and does not move for this long means a dead connection. */
  stuckMs: number;
  /** Between pings; three without any answer mean a dead connection. */
  pingMs: number;
}

/** Live media waits behind these pauses: viewers have little more than a second in hand. */
const TIMING: EdgeSocketTiming = {
  firstPauseMs: 100,
  longestPauseMs: 250,
  connectMs: 10_000,
  stuckMs: 10_000,
  pingMs: 10_000,
};
/** Attempts that may fail before the log says so, and then again each time that they have doubled. */
const QUIET_FAILURES = 16;
const PING = 'ping';
const PONG = 'pong';
const MAX_TEXT_LENGTH = 256 * 1024;

export class EdgeSocket {
  readonly #options: EdgeSocketOptions;
  readonly #timing: EdgeSocketTiming;
  #socket: WebSocket | undefined;
  #open = false;
  #closed = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #given = 0;
  #gone = { bytes: 0, atMs: 0 };
  #heardMs = 0;
  #pinger: ReturnType<typeof setInterval> | undefined;

  constructor(options: EdgeSocketOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Bytes given to `send` that have not left yet. */
  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** False when there is no connection: the message is not sent. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (!this.#open || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    this.#given += data.length;
    return true;
  }

  /** Gives this connection up and dials again. */
  restart(why: string): void {
    if (this.#socket) this.#lost(this.#socket, why);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#leave('closed by us');
  }

  async #connect(): Promise<void> {
    try {
      const token = await this.#options.token();
      if (this.#closed) return;
      const headers = { authorization: `Bearer ${token}` };
      const socket = new WebSocket(this.#options.url, { headers });
      socket.binaryType = 'arraybuffer';
      this.#socket = socket;
      this.#timer = setTimeout(
        () => this.#lost(socket, 'it took too long to connect'),
        this.#timing.connectMs,
      );
      socket.onopen = () => this.#opened(socket);
      socket.onmessage = (event) => this.#message(socket, event.data);
      socket.onerror = (event) => {
        const why = event instanceof ErrorEvent && event.message;
        this.#lost(socket, why || 'connection failed');
      };
      socket.onclose = ({ code, reason }) => this.#lost(socket, `closed with ${code} ${reason}`.trimEnd());
    } catch (error) {
      this.#lost(undefined, `cannot dial: ${error}`);
    }
  }

  #opened(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#open = true;
    this.#given = 0;
    this.#gone = { bytes: 0, atMs: performance.now() };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#watch(socket), this.#timing.stuckMs / 4);
    this.#heardMs = performance.now();
    if (this.#options.pings) this.#pinger = setInterval(() => this.#ping(socket), this.#timing.pingMs);
    this.#options.onOpen();
  }

  #message(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket) return;
    this.#failures = 0;
    this.#heardMs = performance.now();
    if (data === PONG) return;
    try {
      if (typeof data !== 'string') throw new RangeError('the edge must send text');
      if (data.length > MAX_TEXT_LENGTH) {
        throw new RangeError(`a message must be at most ${MAX_TEXT_LENGTH} characters, got ${data.length}`);
      }
      this.#options.onText(data);
    } catch (error) {
      this.#lost(
        socket,
        `a message of the edge cannot be read: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #ping(socket: WebSocket): void {
    if (performance.now() - this.#heardMs > 3 * this.#timing.pingMs) this.#lost(socket, 'the edge is silent');
    else this.send(PING);
  }

  #watch(socket: WebSocket): void {
    const now = performance.now();
    const gone = this.#given - socket.bufferedAmount;
    if (gone !== this.#gone.bytes || socket.bufferedAmount === 0) this.#gone = { bytes: gone, atMs: now };
    if (now - this.#gone.atMs >= this.#timing.stuckMs) {
      this.#lost(socket, 'nothing goes through');
      return;
    }
    this.#timer = setTimeout(() => this.#watch(socket), this.#timing.stuckMs / 4);
  }

  #lost(socket: WebSocket | undefined, why: string): void {
    if (this.#closed || (socket && socket !== this.#socket)) return;
    const wasOpen = this.#open;
    this.#leave(why);
    const pause = this.#failures === 0
      ? 0
      : Math.min(this.#timing.longestPauseMs, this.#timing.firstPauseMs * 2 ** (this.#failures - 1)) *
        (0.5 + Math.random());
    this.#failures += 1;
    const { host, pathname } = new URL(this.#options.url);
    const isDue = this.#failures >= QUIET_FAILURES && Number.isInteger(Math.log2(this.#failures));
    this.#options.log(wasOpen || isDue ? 'warn' : 'debug', 'connection to the edge is down', {
      url: host + pathname,
      why,
      retryMs: Math.round(pause),
    });
    this.#timer = setTimeout(() => this.#connect(), pause);
    if (wasOpen) this.#options.onDown();
  }

  #leave(why: string): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pinger);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.onerror = (event) => event.preventDefault();
    try {
      socket.close(1000, why.slice(0, 100));
    } catch {
      // Some texts are not allowed as a close reason; the socket is left to the collector then.
    }
  }
}
