/** When viewers report: all of a shard within four seconds, so that it can sleep the rest of the time. */

/** Nobody looks. */
export const QUIET_REPORT_MS = 300_000;
/** A dashboard is open. */
export const WATCHED_REPORT_MS = 30_000;
/** The reports of one shard are spread over this long: an object takes some 500 to 700 of them a second. */
export const SPREAD_MS = 4000;

export class Pace {
  #everyMs = QUIET_REPORT_MS;
  /** Place of this shard within the period, 0 to 1: shards do not report in the same second. */
  readonly #offset: number;

  constructor(shard: string) {
    let hash = 2166136261;
    for (const char of shard) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
    this.#offset = (hash >>> 0) / 2 ** 32;
  }

  get everyMs(): number {
    return this.#everyMs;
  }

  /** False when nothing changes. */
  set(everyMs: number): boolean {
    if (everyMs === this.#everyMs) return false;
    this.#everyMs = everyMs;
    return true;
  }

  /** What a peer is told; `at` (0 to 1) is its place within that time. */
  next(nowMs: number, at: number): { reportEveryMs: number; reportPhaseMs: number } {
    const due = this.#offset * this.#everyMs;
    const untilDue = (((due - nowMs) % this.#everyMs) + this.#everyMs) % this.#everyMs;
    return { reportEveryMs: this.#everyMs, reportPhaseMs: Math.round(untilDue + at * SPREAD_MS) };
  }
}
