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

/**
 * Bytes of one link that still wait in the uplink's queue. What came since the link was last idle is taken to leave
 * evenly, which is how a shared queue drains.
 */
export class Backlog {
  #fromMs = 0;
  #endMs = 0;
  #bytes = 0;

  add(nowMs: number, endMs: number, bytes: number): void {
    this.#bytes = this.at(nowMs) + bytes;
    this.#fromMs = nowMs;
    this.#endMs = endMs;
  }

  at(nowMs: number): number {
    if (nowMs >= this.#endMs) return 0;
    return this.#bytes * (this.#endMs - nowMs) / (this.#endMs - this.#fromMs);
  }
}
