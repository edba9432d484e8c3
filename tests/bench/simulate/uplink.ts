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

/** Bytes of one link that still wait in the uplink's queue. */
export class Backlog {
  #ends: number[] = [];
  #bytes: number[] = [];
  #first = 0;
  #sum = 0;

  add(endMs: number, bytes: number): void {
    this.#ends.push(endMs);
    this.#bytes.push(bytes);
    this.#sum += bytes;
  }

  at(nowMs: number): number {
    while (this.#first < this.#ends.length && this.#ends[this.#first]! <= nowMs) {
      this.#sum -= this.#bytes[this.#first++]!;
    }
    if (this.#first === this.#ends.length && this.#first > 0) {
      this.#ends.length = this.#bytes.length = this.#first = 0;
      this.#sum = 0;
    } else if (this.#first > 64) {
      this.#ends.splice(0, this.#first);
      this.#bytes.splice(0, this.#first);
      this.#first = 0;
    }
    return this.#sum;
  }
}
