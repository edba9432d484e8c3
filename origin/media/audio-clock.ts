/**
 * Audio times rebuilt by counting samples: FLV's milliseconds would put a gap or an overlap at every frame. The
 * count follows the encoder's clock where the two drift apart: by stretching frames a little, or, where audio is
 * missing or doubled, at once.
 */

/** Smoothed drift above which frames are stretched, and below which that ends again. */
const CORRECT_ABOVE_S = 0.02;
const CORRECT_UNTIL_S = 0.005;
/** Drift of a single frame that no clock explains. */
const BROKEN_S = 0.25;
/** Part of a frame that one correction adds or takes: inaudible, below the tolerance of media source buffers. */
const STRETCH = 1 / 128;
const SMOOTHING = 1 / 32;

export interface AudioTime {
  /** Units of the sample rate since time zero. */
  decodeTime: number;
  gapBefore: boolean;
}

export class AudioClock {
  readonly #rate: number;
  readonly #frameLength: number;
  #next: number | undefined;
  #drift = 0;
  #correcting = false;

  constructor(rate: number, frameLength: number) {
    this.#rate = rate;
    this.#frameLength = frameLength;
  }

  /** The next frame's time has nothing to do with the last one's. */
  restart(): void {
    this.#next = undefined;
    this.#drift = 0;
    this.#correcting = false;
  }

  /** Time of the next frame, which the encoder says is at `timeMs`; undefined: there is no room for it, drop it. */
  place(timeMs: number): AudioTime | undefined {
    const told = Math.round(timeMs * this.#rate / 1000);
    if (this.#next === undefined) return this.#take(told, true);
    const drift = (told - this.#next) / this.#rate;
    if (drift < -BROKEN_S) return undefined;
    if (drift > BROKEN_S) {
      this.restart();
      return this.#take(told, true);
    }
    this.#drift += (drift - this.#drift) * SMOOTHING;
    const size = Math.abs(this.#drift);
    this.#correcting = size > CORRECT_ABOVE_S || (this.#correcting && size > CORRECT_UNTIL_S);
    if (!this.#correcting) return this.#take(this.#next, false);
    const stretch = Math.sign(this.#drift) * Math.floor(this.#frameLength * STRETCH);
    this.#drift -= stretch / this.#rate;
    return this.#take(this.#next + stretch, false);
  }

  #take(decodeTime: number, gapBefore: boolean): AudioTime {
    this.#next = decodeTime + this.#frameLength;
    return { decodeTime, gapBefore };
  }
}
