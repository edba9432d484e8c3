/**
 * What a viewer adds to the latency target for itself: after its buffer ran low it plays a little further behind, for
 * a network that did this once does it again. Given back step by step while nothing happens.
 */

/** A buffer below this is taken for a warning; the next one counts only after it was ample again. */
const LOW_MS = 200;
const AMPLE_MS = 600;
const STEP_MS = 300;
const MOST_MS = 1500;
/** Without a warning for so long, a smaller step is given back. */
const QUIET_MS = 60_000;
const BACK_MS = 150;

export class Comfort {
  #extraMs = 0;
  #wasAmple = false;
  #quietSinceMs = 0;

  /** Called a few times a second while playback follows the live edge. Answers what to add to the target. */
  look(bufferMs: number, nowMs: number): number {
    if (bufferMs < LOW_MS && this.#wasAmple) {
      this.#wasAmple = false;
      this.#extraMs = Math.min(MOST_MS, this.#extraMs + STEP_MS);
      this.#quietSinceMs = nowMs;
    } else if (bufferMs > AMPLE_MS) this.#wasAmple = true;
    if (nowMs - this.#quietSinceMs >= QUIET_MS) {
      this.#quietSinceMs = nowMs;
      this.#extraMs = Math.max(0, this.#extraMs - BACK_MS);
    }
    return this.#extraMs;
  }

  get extraMs(): number {
    return this.#extraMs;
  }
}
