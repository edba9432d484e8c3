/** A socket that comes back: a fresh ticket for each attempt, back-off with jitter, at once when the machine is online again. */

/** closed: not wanted, or never open yet; waiting: was lost, or could not be had. */
export type LinkState = 'closed' | 'open' | 'waiting';

/** The part of WebSocket that is used. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface ReconnectingOptions {
  /** Opens a socket, after fetching what it needs; may throw. */
  dial(): Promise<SocketLike>;
  onState(state: LinkState): void;
  onOpen(): void;
  onText(text: string): void;
  /** 0 to 1. */
  random?: () => number;
  later?: (run: () => void, ms: number) => () => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Keeps proxies from closing a quiet socket; one that has not answered by the next time is dead. */
const PING_MS = 25_000;

export class ReconnectingSocket {
  readonly #options: ReconnectingOptions;
  readonly #later: (run: () => void, ms: number) => () => void;
  #socket: SocketLike | undefined;
  #wanted = false;
  #dialling = false;
  #attempts = 0;
  /** Something came since the last ping. */
  #isAlive = false;
  #cancel: (() => void) | undefined;

  constructor(options: ReconnectingOptions) {
    this.#options = options;
    this.#later = options.later ?? laterByTimer;
  }

  open(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#dial();
  }

  close(): void {
    this.#wanted = false;
    this.#attempts = 0;
    this.#cancel?.();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#options.onState('closed');
  }

  /** Tries again now instead of when its wait is over. */
  hurry(): void {
    if (!this.#wanted || this.#socket || this.#dialling) return;
    this.#cancel?.();
    void this.#dial();
  }

  /** Lost without an error while there is no socket: what matters is said again in `onOpen`. */
  send(text: string): void {
    this.#socket?.send(text);
  }

  async #dial(): Promise<void> {
    this.#dialling = true;
    let socket: SocketLike;
    try {
      socket = await this.#options.dial();
    } catch {
      this.#dialling = false;
      if (this.#wanted) this.#wait();
      return;
    }
    if (!this.#wanted) {
      this.#dialling = false;
      socket.close();
      return;
    }
    socket.onopen = () => {
      this.#dialling = false;
      if (!this.#wanted) return;
      this.#socket = socket;
      this.#attempts = 0;
      this.#options.onState('open');
      this.#options.onOpen();
      this.#isAlive = true;
      this.#ping(socket);
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#isAlive = true;
      if (this.#socket === socket && typeof data === 'string' && data !== 'pong') this.#options.onText(data);
    };
    socket.onclose = () => this.#lost(socket);
  }

  #lost(socket: SocketLike): void {
    socket.onclose = null;
    this.#dialling = false;
    if (this.#socket === socket) this.#socket = undefined;
    if (this.#wanted && !this.#socket) this.#wait();
  }

  #wait(): void {
    this.#cancel?.();
    this.#options.onState('waiting');
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts++);
    const ms = most * (0.5 + (this.#options.random ?? Math.random)() / 2);
    this.#cancel = this.#later(() => void this.#dial(), ms);
  }

  #ping(socket: SocketLike): void {
    this.#cancel = this.#later(() => {
      if (this.#socket !== socket) return;
      if (!this.#isAlive) {
        socket.close();
        return this.#lost(socket);
      }
      this.#isAlive = false;
      socket.send('ping');
      this.#ping(socket);
    }, PING_MS);
  }
}

function laterByTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
