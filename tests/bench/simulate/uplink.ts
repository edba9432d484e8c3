/**
 * A peer's uplink: one serial queue, as behind a home router. Everything that a peer sends passes it in order; LAN
 * traffic has a queue of its own.
 */
export class Uplink {
  /** When the last queued byte is on the network, milliseconds. */
  freeAtMs = 0;
  readonly #bytesPerMs: number;

  constructor(kbps: number) {
    this.#bytesPerMs = kbps / 8;
  }

  /** Queues bytes; answers when the last of them leaves. */
  send(nowMs: number, bytes: number): number {
    this.freeAtMs = Math.max(this.freeAtMs, nowMs) + bytes / this.#bytesPerMs;
    return this.freeAtMs;
  }

  /** The network stands still for this long. */
  stall(nowMs: number, durationMs: number): void {
    this.freeAtMs = Math.max(this.freeAtMs, nowMs) + durationMs;
  }
}

/** Numbers kept of one link: when what it was given began to leave and ends, how much that was, its last arrival. */
const NUMBERS = 4;

/**
 * What links are at, for all of a run in one array: hundreds of thousands of objects with numbers of their own would
 * be most of what a run waits for.
 *
 * The backlog of a link are bytes that still wait in the uplink's queue. What came since the link was last idle is
 * taken to leave evenly, which is how a shared queue drains.
 */
export class LinkStates {
  #numbers = new Float64Array(NUMBERS << 12);
  #used = 0;
  #free: number[] = [];

  /** Answers the number of a new link, idle. */
  open(): number {
    const id = this.#free.pop() ?? this.#used++;
    if ((id + 1) * NUMBERS > this.#numbers.length) {
      const numbers = new Float64Array(this.#numbers.length * 2);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#numbers.fill(0, id * NUMBERS, (id + 1) * NUMBERS);
    return id;
  }

  /** Its number may be another link's from now on. */
  close(id: number): void {
    this.#free.push(id);
  }

  /** Bytes were queued, the last of them leaves at `endMs`. */
  queue(id: number, nowMs: number, endMs: number, bytes: number): void {
    const at = id * NUMBERS;
    this.#numbers[at + 2] = this.queuedBytes(id, nowMs) + bytes;
    this.#numbers[at] = nowMs;
    this.#numbers[at + 1] = endMs;
  }

  queuedBytes(id: number, nowMs: number): number {
    const at = id * NUMBERS;
    const endMs = this.#numbers[at + 1]!;
    if (nowMs >= endMs) return 0;
    return this.#numbers[at + 2]! * (endMs - nowMs) / (endMs - this.#numbers[at]!);
  }

  /** Messages of one channel arrive in order: when one arrives that would at `timeMs`. */
  arrival(id: number, timeMs: number): number {
    const at = id * NUMBERS + 3;
    return this.#numbers[at] = Math.max(this.#numbers[at]!, timeMs);
  }
}
