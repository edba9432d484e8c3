/**
 * The egress cap of a channel: a token bucket in bytes with priorities. The lower a kind's priority, the more must
 * be left in the bucket before it may draw; seeds may even run it into debt, since what they get is bounded by the
 * feeds they were dealt and everybody else lives on it.
 */
import type { MediaKind } from '../report/edge-use.ts';

/**
 * What must be left for those of higher priority before a kind may draw, milliseconds of the cap; the last one to draw
 * may leave a debt, or what is large would never pass. Joins go before repair: a viewer who gets no join must gather its
 * beginning piece by piece, and a thousand of those leave nothing for anybody.
 */
const LEAST_LEFT_MS: Record<Exclude<MediaKind, 'seed'>, number> = {
  help: 0,
  join: 0,
  repair: 100,
  run: 200,
  hls: 300,
  replay: 300,
};
/** The bucket holds what the cap lets through in this time: more at once would stand in the server's line. */
const BURST_MS = 500;

export class EgressBudget {
  #capKbps: number | null = null;
  #left = 0;
  #atMs = 0;

  get isCapped(): boolean {
    return this.#capKbps !== null;
  }

  /** Null: no cap. The bucket starts full. */
  setCap(capKbps: number | null, nowMs: number): void {
    if (capKbps === this.#capKbps) return;
    this.#capKbps = capKbps;
    this.#left = this.#burst;
    this.#atMs = nowMs;
  }

  /** Takes `bytes`, or answers after how many milliseconds it may be worth asking again. */
  take(kind: MediaKind, bytes: number, nowMs: number): { ok: true } | { ok: false; retryAfterMs: number } {
    if (this.#capKbps === null) return { ok: true };
    this.#refill(nowMs);
    const needed = kind === 'seed' ? -Infinity : LEAST_LEFT_MS[kind] * this.#bytesPerMs;
    if (this.#left >= needed) {
      this.#left -= bytes;
      return { ok: true };
    }
    return { ok: false, retryAfterMs: Math.ceil((needed - this.#left) / this.#bytesPerMs) };
  }

  /** So many bytes were taken and are not sent after all. */
  giveBack(bytes: number): void {
    this.#left = Math.min(this.#burst, this.#left + bytes);
  }

  get #bytesPerMs(): number {
    return (this.#capKbps ?? 0) / 8;
  }

  get #burst(): number {
    return this.#bytesPerMs * BURST_MS;
  }

  #refill(nowMs: number): void {
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, nowMs - this.#atMs) * this.#bytesPerMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
