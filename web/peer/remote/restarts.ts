/** When to start what died anew: at once, then after longer and longer pauses, and in the end not at all. */
const PAUSES_MS = [0, 2000, 5000, 10_000, 20_000, 40_000];
/** What ran for so long was well: its end is the first one again. */
const WELL_MS = 60_000;

export class Restarts {
  #count = 0;
  #startedMs = -Infinity;

  /** It died. Milliseconds to wait before the next start; undefined: enough. */
  next(nowMs: number): number | undefined {
    if (nowMs - this.#startedMs >= WELL_MS) this.#count = 0;
    const pauseMs = PAUSES_MS[this.#count++];
    if (pauseMs !== undefined) this.#startedMs = nowMs + pauseMs;
    return pauseMs;
  }
}
