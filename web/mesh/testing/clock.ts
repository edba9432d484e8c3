/** A virtual clock: events in order of their time, then of their making. A binary heap. */
interface Event {
  at: number;
  order: number;
  run: (() => void) | undefined;
}

export class VirtualClock {
  #now = 0;
  #made = 0;
  #heap: Event[] = [];
  #timers = new Map<number, Event>();

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  /** Runs something later; answers an id for `cancel`. */
  after(delayMs: number, run: () => void): number {
    const event = this.#push(delayMs, run);
    this.#timers.set(event.order, event);
    const { order } = event;
    event.run = () => {
      this.#timers.delete(order);
      run();
    };
    return order;
  }

  /** The same for what is never cancelled: cheaper. */
  deliver(delayMs: number, run: () => void): void {
    this.#push(delayMs, run);
  }

  cancel(id: number): void {
    const event = this.#timers.get(id);
    if (event !== undefined) event.run = undefined;
    this.#timers.delete(id);
  }

  /** Lets time pass. */
  run(untilMs: number): void {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= untilMs) {
      const event = this.#pop();
      this.#now = event.at;
      event.run?.();
    }
    this.#now = untilMs;
  }

  /** Lets time pass, and promises settle as it does. */
  async runAsync(untilMs: number): Promise<void> {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= untilMs) {
      const event = this.#pop();
      this.#now = event.at;
      event.run?.();
      await new Promise<void>((resolve) =>
        queueMicrotask(() => queueMicrotask(() => queueMicrotask(resolve)))
      );
    }
    this.#now = untilMs;
  }

  #push(delayMs: number, run: () => void): Event {
    const event: Event = { at: this.#now + Math.max(0, delayMs), order: this.#made++, run };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!isBefore(event, heap[up]!)) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = event;
    return event;
  }

  #pop(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && isBefore(heap[down + 1]!, heap[down]!)) down++;
      if (!isBefore(heap[down]!, last)) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Mulberry32: the same numbers for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
