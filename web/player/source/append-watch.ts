/**
 * Notices that the player stopped taking media: what has come grows, what is in the element's buffer does not. Seen
 * with Shaka 5.2 about half a minute into a visit, for a reason not found: its next segment is never asked for until
 * the playhead leaves the buffer. So it is made to leave it, just before the buffer is empty.
 */

export interface AppendState {
  nowMs: number;
  paused: boolean;
  positionUs: number;
  /** End of what is buffered without a gap from the playhead on. */
  bufferedUs: number;
  /** End of what has come without a gap. */
  readyUs: number;
}

/** The buffer stands still for so long ... */
const IDLE_MS = 300;
/** ... although so much more has come ... */
const WAITING_US = 400_000;
/** ... and so little is left to play. */
const NEARLY_EMPTY_US = 300_000;
/** Between two hops. */
const REST_MS = 2000;
/** How far behind the end of the buffer playback goes on. */
const HOP_US = 60_000;

export class AppendWatch {
  #bufferedUs = -1;
  #sinceMs = 0;
  #hoppedAtMs = -Infinity;

  /** Where to seek to, microseconds; undefined while all is well. */
  look({ nowMs, paused, positionUs, bufferedUs, readyUs }: AppendState): number | undefined {
    if (bufferedUs !== this.#bufferedUs || paused) {
      this.#bufferedUs = bufferedUs;
      this.#sinceMs = nowMs;
      return undefined;
    }
    const isIdle = nowMs - this.#sinceMs >= IDLE_MS && readyUs - bufferedUs >= WAITING_US;
    if (!isIdle || bufferedUs - positionUs > NEARLY_EMPTY_US || nowMs - this.#hoppedAtMs < REST_MS) {
      return undefined;
    }
    this.#hoppedAtMs = nowMs;
    return bufferedUs + HOP_US;
  }
}
