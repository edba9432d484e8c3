/**
 * The discrete-event engine: a timer wheel of one slot a millisecond, events in typed arrays, a heap for what lies
 * further ahead. No object is made for an event, events of one millisecond run in the order they were planned, and a
 * run is the same for the same seed.
 */
export interface Target {
  fire(payload: unknown): void;
}

const SLOTS = 1 << 14;
const NONE = -1;
const ID_SPAN = 2 ** 26;

export class VirtualClock {
  /** Milliseconds since the run began. */
  now = 0;
  /** Events run so far. */
  fired = 0;
  #next = new Int32Array(1 << 16);
  #generation = new Uint32Array(1 << 16);
  #targets: (Target | undefined)[] = [];
  #payloads: unknown[] = [];
  #free: number[] = [];
  #used = 0;
  #head = new Int32Array(SLOTS).fill(NONE);
  #tail = new Int32Array(SLOTS).fill(NONE);
  #far = new FarEvents();

  /** Plans an event; it runs in the next millisecond at the earliest. The answer is for `cancel`. */
  at(timeMs: number, target: Target, payload: unknown): number {
    const time = Math.max(this.now + 1, Math.ceil(timeMs));
    const id = this.#free.pop() ?? this.#grow();
    this.#targets[id] = target;
    this.#payloads[id] = payload;
    if (time - this.now >= SLOTS) this.#far.push(time, id);
    else this.#append(time, id);
    return id + this.#generation[id]! * ID_SPAN;
  }

  after(delayMs: number, target: Target, payload: unknown): number {
    return this.at(this.now + delayMs, target, payload);
  }

  /** Forgets an event; one that has run already is left in peace. */
  cancel(handle: number): void {
    const id = handle % ID_SPAN;
    if (this.#generation[id] !== Math.floor(handle / ID_SPAN)) return;
    this.#targets[id] = undefined;
    this.#payloads[id] = undefined;
  }

  /** Runs up to and including `untilMs`; promises that events settle are followed up within their millisecond. */
  async run(untilMs: number): Promise<void> {
    while (this.now < untilMs) {
      this.now++;
      while (this.#far.size > 0 && this.#far.nearest - this.now < SLOTS) {
        const time = this.#far.nearest;
        this.#append(time, this.#far.pop());
      }
      if (this.#runSlot(this.now % SLOTS)) await settled();
    }
  }

  #runSlot(slot: number): boolean {
    let id = this.#head[slot]!;
    if (id === NONE) return false;
    this.#head[slot] = NONE;
    this.#tail[slot] = NONE;
    while (id !== NONE) {
      const next = this.#next[id]!;
      const target = this.#targets[id];
      const payload = this.#payloads[id];
      this.#targets[id] = undefined;
      this.#payloads[id] = undefined;
      this.#generation[id]!++;
      this.#free.push(id);
      if (target) {
        this.fired++;
        target.fire(payload);
      }
      id = next;
    }
    return true;
  }

  #append(time: number, id: number): void {
    const slot = time % SLOTS;
    this.#next[id] = NONE;
    const tail = this.#tail[slot]!;
    if (tail === NONE) this.#head[slot] = id;
    else this.#next[tail] = id;
    this.#tail[slot] = id;
  }

  #grow(): number {
    if (this.#used === this.#next.length) {
      const next = new Int32Array(this.#used * 2);
      next.set(this.#next);
      this.#next = next;
      const generation = new Uint32Array(this.#used * 2);
      generation.set(this.#generation);
      this.#generation = generation;
    }
    this.#targets.push(undefined);
    this.#payloads.push(undefined);
    return this.#used++;
  }
}

/** Lets every promise reaction run that is due. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A binary heap of (time, order, id): what lies beyond the wheel. */
class FarEvents {
  #times: number[] = [];
  #orders: number[] = [];
  #ids: number[] = [];
  #count = 0;

  get size(): number {
    return this.#ids.length;
  }

  get nearest(): number {
    return this.#times[0]!;
  }

  push(time: number, id: number): void {
    let at = this.#ids.length;
    this.#times.push(time);
    this.#orders.push(this.#count++);
    this.#ids.push(id);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): number {
    const id = this.#ids[0]!;
    this.#swap(0, this.#ids.length - 1);
    this.#times.pop();
    this.#orders.pop();
    this.#ids.pop();
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#ids.length && this.#before(child, least)) least = child;
      }
      if (least === at) return id;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    return this.#times[a]! < this.#times[b]! ||
      (this.#times[a] === this.#times[b] && this.#orders[a]! < this.#orders[b]!);
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#times, this.#orders, this.#ids]) {
      const held = list[a]!;
      list[a] = list[b]!;
      list[b] = held;
    }
  }
}
