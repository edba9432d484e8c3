/** Notices a playhead that stands still, or is no longer where the media is, and says what helps. */

export interface WatchdogInput {
  nowMs: number;
  positionUs: number;
  paused: boolean;
  /** The oldest and the newest decode time that can be played. */
  startUs: number;
  readyUs: number;
}

/** `jump`: go to live. `reload`: jumping did not help. `well`: playback moves. */
export type WatchdogVerdict = 'well' | 'wait' | 'jump' | 'reload';

/** A playhead that stands still this long, with media to be had, is stuck. */
const STUCK_MS = 3000;
/** Media ahead of the playhead that makes standing still suspicious, microseconds. */
const ENOUGH_US = 1_500_000;

export class Watchdog {
  #positionUs = -1;
  #sinceMs = 0;
  #jumped = false;

  look({ nowMs, positionUs, paused, startUs, readyUs }: WatchdogInput): WatchdogVerdict {
    const moved = Math.abs(positionUs - this.#positionUs) > 1000;
    if (moved && !this.#isLost(positionUs, startUs)) {
      // The hop of a jump is no proof that playback runs: only the step after it is.
      const hop = Math.abs(positionUs - this.#positionUs) > ENOUGH_US;
      this.#positionUs = positionUs;
      this.#sinceMs = nowMs;
      if (hop) return 'wait';
      this.#jumped = false;
      return 'well';
    }
    const nothingToPlay = readyUs - positionUs < ENOUGH_US;
    if (paused || (nothingToPlay && !this.#isLost(positionUs, startUs))) {
      this.#sinceMs = nowMs;
      return 'wait';
    }
    const patienceMs = this.#isLost(positionUs, startUs) && !this.#jumped ? 0 : STUCK_MS;
    if (nowMs - this.#sinceMs < patienceMs) return 'wait';
    this.#sinceMs = nowMs;
    if (this.#jumped) {
      this.#jumped = false;
      return 'reload';
    }
    this.#jumped = true;
    return 'jump';
  }

  /** The playhead is before everything that is still here. */
  #isLost(positionUs: number, startUs: number): boolean {
    return positionUs < startUs - 2_000_000;
  }
}
