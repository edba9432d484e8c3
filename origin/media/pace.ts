/**
 * Notices media that comes faster than it plays: a file that somebody sends without pacing would go past the viewers, at
 * many times the bitrate. A clock that runs a little fast, or a burst after a pause, is none of that.
 */

/** Media may be ahead of the time that passed by this much. */
const MOST_AHEAD_MS = 30_000;
/** What lies further back does not count: a clock that runs fast gets ahead by this much only within hours. */
const LOOK_MS = 60_000;

export class Pace {
  #from: { timeMs: number; nowMs: number } | undefined;

  /** Takes the media time of a sample that came now; false: they come too fast. */
  follow(timeMs: number, nowMs: number): boolean {
    const from = this.#from ??= { timeMs, nowMs };
    const passedMs = nowMs - from.nowMs;
    if (passedMs < 0 || passedMs > LOOK_MS || timeMs < from.timeMs) this.#from = { timeMs, nowMs };
    return passedMs < 0 || timeMs - from.timeMs - passedMs <= MOST_AHEAD_MS;
  }
}
