/**
 * The egress cap of a channel: a token bucket in bytes with priorities. The lower a kind's priority, the more must
 * be left in the bucket before it may draw; seeds may even run it into debt, since what they get is bounded by the
 * feeds they were dealt and everybody else lives on it.
 */
import type { MediaKind } from '../report/edge-use.ts';

/**
 * Share of the bucket that must stay for those of higher priority. Joins go before repair: a viewer who gets no join
 * must gather its beginning piece by piece, and a thousand of those leave nothing for anybody.
 */
const RESERVE: Record<Exclude<MediaKind, 'seed'>, number> = {
  help: 0,
  join: 0,
  repair: 0.2,
  run: 0.4,
  hls: 0.6,
  replay: 0.6,
};
/** The bucket holds what the cap lets through in this time. */
const BURST_MS = 1000;

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
    // What is larger than the bucket passes when the bucket is full, and leaves a debt.
    const needed = kind === 'seed' ? -Infinity : Math.min(RESERVE[kind] * this.#burst + bytes, this.#burst);
    if (this.#left >= needed) {
      this.#left -= bytes;
      return { ok: true };
    }
    return { ok: false, retryAfterMs: Math.ceil((needed - this.#left) / this.#bytesPerMs) };
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
