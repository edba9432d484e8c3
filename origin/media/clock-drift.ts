/**
 * Follows an encoder whose clock runs a little fast or slow: 29.97 frames a second told as 30 are 0.1 %, 86 s a day.
 * Unfollowed, live latency would grow without end, or players would run dry. Media time is stretched instead, too
 * little to be heard or seen.
 *
 * A network only ever makes samples late, so the most punctual one of a while tells how far media time is ahead of
 * the wall clock. It is held at nothing: the first samples of a session may have waited and come in a burst, and what
 * they are dated by makes all that follows look as much fresher than it is.
 */

/** Time over which the most punctual sample counts; at first, how long a burst is over at the latest. */
const LOOK_MS = 30_000;
const FIRST_LOOK_MS = 2000;
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
  /** How far ahead the most punctual sample of this look was, nothing added. */
  #punctualMs = -Infinity;
  #lookMs = FIRST_LOOK_MS;
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
    this.#punctualMs = Math.max(this.#punctualMs, timeMs - nowMs);
    if (nowMs - this.#lookingSinceMs >= this.#lookMs) this.#judge(nowMs);
    const addMs = Math.min(Math.abs(this.#owedMs), passedMs * STRETCH) * Math.sign(this.#owedMs);
    this.#owedMs -= addMs;
    this.#addedMs += addMs;
    return this.#addedMs;
  }

  /** Timestamps have jumped: how far they were ahead says nothing any more. */
  restart(): void {
    this.#owedMs = 0;
    this.#punctualMs = -Infinity;
    this.#lookMs = FIRST_LOOK_MS;
    this.#lookingSinceMs = undefined;
  }

  #judge(nowMs: number): void {
    const aheadMs = this.#punctualMs + this.#addedMs;
    this.#owedMs = Math.abs(aheadMs) > FOLLOW_ABOVE_MS ? -aheadMs : 0;
    this.#punctualMs = -Infinity;
    this.#lookMs = LOOK_MS;
    this.#lookingSinceMs = nowMs;
  }
}
