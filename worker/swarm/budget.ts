/** A token bucket: what one socket may do in a time. */
export class Budget {
  #left: number;
  #atMs: number;

  /** `burst` at once, refilled by `perSecond`. */
  constructor(readonly burst: number, readonly perSecond: number, nowMs: number) {
    this.#left = burst;
    this.#atMs = nowMs;
  }

  /** False, and nothing is taken, when less than `amount` is left. */
  take(amount: number, nowMs: number): boolean {
    const elapsedS = Math.max(0, nowMs - this.#atMs) / 1000;
    this.#left = Math.min(this.burst, this.#left + elapsedS * this.perSecond);
    this.#atMs = Math.max(this.#atMs, nowMs);
    if (amount > this.#left) return false;
    this.#left -= amount;
    return true;
  }
}
