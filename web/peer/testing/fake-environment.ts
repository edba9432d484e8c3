/** Surroundings that a test holds in its hands: a clock that moves when told, sockets and responses by hand. */
import type { PeerEnvironment } from '../environment.ts';

/** A WebSocket whose other end is the test. */
export class FakeSocket {
  static readonly made: FakeSocket[] = [];
  readyState = 0;
  binaryType = 'blob';
  #listeners = new Map<string, ((event: { data?: unknown }) => void)[]>();
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;

  /** One that joins is refused, unless a test says otherwise. */
  static joins: (socket: FakeSocket) => unknown = (socket) => socket.drop();

  constructor(readonly url: string, readonly protocols: string[] = []) {
    if (protocols.length > 0) queueMicrotask(() => FakeSocket.joins(this));
    else FakeSocket.made.push(this);
  }

  addEventListener(name: string, listener: (event: { data?: unknown }) => void): void {
    this.#listeners.set(name, [...this.#listeners.get(name) ?? [], listener]);
  }

  /** The socket that was made last. */
  static get last(): FakeSocket {
    return FakeSocket.made[FakeSocket.made.length - 1]!;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
    for (const listener of this.#listeners.get('close') ?? []) listener({});
  }

  /** The edge accepts; settles when what follows from it is done. */
  async open(): Promise<void> {
    this.readyState = 1;
    this.onopen?.();
    await turn();
  }

  /** The edge says something: JSON, or text as it is. */
  say(message: unknown): void {
    this.#dispatch('message', { data: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  /** The edge sends bytes. */
  pour(bytes: Uint8Array<ArrayBuffer>): void {
    this.#dispatch('message', { data: bytes.slice().buffer });
  }

  #dispatch(name: 'message' | 'close', event: { data?: unknown }): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
    if (name === 'message') this.onmessage?.({ data: event.data });
    else this.onclose?.();
  }

  /** The edge is gone. */
  drop(): void {
    this.readyState = 3;
    this.#dispatch('close', {});
  }
}

/** A clock of its own, with timers that run when it is moved. */
export class FakeClock {
  nowMs = 1000;
  #timers = new Map<number, { atMs: number; run: () => void }>();
  #next = 1;

  setTimer = (delayMs: number, run: () => void): number => {
    this.#timers.set(this.#next, { atMs: this.nowMs + Math.max(0, delayMs), run });
    return this.#next++;
  };

  clearTimer = (id: number): void => void this.#timers.delete(id);

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, running what falls due in order, and lets promises settle in between. */
  async pass(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    for (;;) {
      await turn();
      let due: [number, { atMs: number; run: () => void }] | undefined;
      for (const timer of this.#timers) {
        if (timer[1].atMs <= end && (!due || timer[1].atMs < due[1].atMs)) due = timer;
      }
      if (!due) break;
      this.#timers.delete(due[0]);
      this.nowMs = Math.max(this.nowMs, due[1].atMs);
      due[1].run();
    }
    this.nowMs = end;
  }
}

/** `answer` takes every request. */
export function fakeEnvironment(
  clock: FakeClock,
  answer: (url: URL, init: RequestInit) => Response | Promise<Response> = () =>
    new Response(null, { status: 404 }),
): PeerEnvironment {
  FakeSocket.made.length = 0;
  return {
    fetch: async (input, init) => await answer(new URL(String(input)), init ?? {}),
    WebSocket: FakeSocket as unknown as PeerEnvironment['WebSocket'],
    crypto,
    now: () => clock.nowMs,
    wallClockMs: () => clock.nowMs,
    random: () => 0.5,
    setTimer: clock.setTimer,
    clearTimer: clock.clearTimer,
    device: 'computer',
    savesData: false,
  };
}

/** Lets everything that waits for promises go on. WebCrypto answers from outside the microtasks. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Waits until it holds, however long the machine takes over it. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`);
    await turn();
  }
}
