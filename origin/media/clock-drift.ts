/**
 * Follows an encoder whose clock runs a little fast or slow: 29.97 frames a second told as 30 are 0.1 %, 86 s a day.
 * Unfollowed, live latency would grow without end, or players would run dry. Media time is stretched instead, too
 * little to be heard or seen.
 *
 * A network only ever makes samples late, so the most punctual one of a while tells how far media time is ahead of
 * the wall clock; what it was at first is what it is held at.
 */

/** Time over which the most punctual sample counts. */
const LOOK_MS = 30_000;
/** Less is left alone: jitter of the punctual ones. */
const FOLLOW_ABOVE_MS = 50;
/** Most stretch, as a part of the time that passes. */
const STRETCH = 1 / 400;
/** Samples further apart than this count as this far apart: a pause earns no leap. */
const LONGEST_STEP_MS = 1000;

export class ClockDrift {
  readonly #elapsedMs: () => number;
  #addedMs = 0;
  /** Still to be added, at the pace of STRETCH. */
  #owedMs = 0;
  #punctualMs = -Infinity;
  #heldMs: number | undefined;
  #lookingSinceMs: number | undefined;
  #lastMs = 0;

  /** `elapsedMs`: the wall clock since any moment. */
  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  /** What is added to media times now. */
  get addedMs(): number {
    return this.#addedMs;
  }

  /** Takes the media time of a sample that came just now, nothing added; answers what to add to it. */
  follow(timeMs: number): number {
    const nowMs = this.#elapsedMs();
    const passedMs = Math.min(Math.max(0, nowMs - this.#lastMs), LONGEST_STEP_MS);
    this.#lastMs = nowMs;
    this.#lookingSinceMs ??= nowMs;
    this.#punctualMs = Math.max(this.#punctualMs, timeMs + this.#addedMs - nowMs);
    if (nowMs - this.#lookingSinceMs >= LOOK_MS) this.#judge(nowMs);
    const addMs = Math.min(Math.abs(this.#owedMs), passedMs * STRETCH) * Math.sign(this.#owedMs);
    this.#owedMs -= addMs;
    this.#addedMs += addMs;
    return this.#addedMs;
  }

  /** Timestamps have jumped: how far they are ahead now is as good as what they were before. */
  restart(): void {
    this.#owedMs = 0;
    this.#punctualMs = -Infinity;
    this.#heldMs = undefined;
    this.#lookingSinceMs = undefined;
  }

  #judge(nowMs: number): void {
    this.#heldMs ??= this.#punctualMs;
    const offMs = this.#punctualMs - this.#heldMs;
    this.#owedMs = Math.abs(offMs) > FOLLOW_ABOVE_MS ? -offMs : 0;
    this.#punctualMs = -Infinity;
    this.#lookingSinceMs = nowMs;
  }
}
