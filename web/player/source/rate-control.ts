/**
 * Holds the latency by playing a little faster or slower, so little that nobody hears it, and never at the price of a
 * stall: buffer goes before latency.
 */

export interface RateInput {
  latencyMs: number;
  targetMs: number;
  /** Media ahead of the playhead without a gap. */
  bufferMs: number;
}

/** Rate to play at, or `jump` when drifting would take minutes. */
export type RateAdvice = number | 'jump';

const SLOWEST = 0.94;
const FASTEST = 1.08;
/** Off the target by this much, the drift begins; it ends near the target. */
const BEGIN_MS = 150;
const END_MS = 40;
/** Below this much buffer playback slows, above it, it may go fast. */
const THIN_MS = 250;
const AMPLE_MS = 450;
/** An error of this much is made good at the full rate. */
const FULL_MS = 1200;
/** Further behind than this, with the media for it here, playback jumps. */
const JUMP_MS = 6000;

export class RateControl {
  #drift: 'none' | 'faster' | 'slower' = 'none';
  #thin = false;

  next({ latencyMs, targetMs, bufferMs }: RateInput): RateAdvice {
    const errorMs = latencyMs - targetMs;
    if (errorMs > JUMP_MS && bufferMs > JUMP_MS) return 'jump';
    this.#thin = bufferMs < (this.#thin ? AMPLE_MS : THIN_MS);
    // Thin buffer near the target: drop back for air. Far behind already, slowing would only add to it.
    if (this.#thin) {
      this.#drift = 'none';
      return errorMs < FULL_MS ? SLOWEST : 1;
    }
    this.#drift = this.#choose(errorMs, bufferMs);
    if (this.#drift === 'faster') return 1 + (FASTEST - 1) * share(errorMs);
    if (this.#drift === 'slower') return 1 - (1 - SLOWEST) * share(-errorMs);
    return 1;
  }

  #choose(errorMs: number, bufferMs: number): 'none' | 'faster' | 'slower' {
    if (errorMs > (this.#drift === 'faster' ? END_MS : BEGIN_MS)) {
      return bufferMs > AMPLE_MS ? 'faster' : 'none';
    }
    if (-errorMs > (this.#drift === 'slower' ? END_MS : BEGIN_MS)) return 'slower';
    return 'none';
  }
}

/** How much of the full drift an error deserves: a fifth at least, so that it ends. */
function share(errorMs: number): number {
  return Math.min(1, Math.max(0.2, errorMs / FULL_MS));
}
