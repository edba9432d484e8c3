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

/** Few steps, changed seldom: every change of rate may cost the audio renderer a hiccup. */
const RATES = { faster: { gentle: 1.02, full: 1.08 }, slower: { gentle: 0.98, full: 0.94 } };
/** Off the target by this much, the drift begins; it ends near the target. */
const BEGIN_MS = 150;
const END_MS = 30;
/** Off by this much, the drift is a full one; below that much, gentle again. */
const FULL_MS = 700;
const GENTLE_MS = 250;
/** Below this much buffer playback slows, above it, it may go fast. */
const THIN_MS = 250;
const AMPLE_MS = 450;
/** Behind the target by this much, a thin buffer is no reason to fall back further. */
const FAR_MS = 1200;
/** Further behind than this, with the media for it here, playback jumps. */
const JUMP_MS = 6000;
/**
 * After it ran dry, or stopped with what a decoder or a late look leaves, it jumps sooner: what was missed meanwhile is
 * not worth a minute of drifting.
 */
const DRY_MS = 200;
const JUMP_AFTER_DRY_MS = 1500;
/** What a jump leaves of the buffer. */
const LANDING_MS = 400;

export class RateControl {
  #drift: 'none' | 'faster' | 'slower' = 'none';
  #full = false;
  #thin = false;
  #ranDry = false;

  next({ latencyMs, targetMs, bufferMs }: RateInput): RateAdvice {
    const errorMs = latencyMs - targetMs;
    if (this.#isTooFar(errorMs, bufferMs)) {
      this.#ranDry = false;
      return 'jump';
    }
    this.#thin = bufferMs < (this.#thin ? AMPLE_MS : THIN_MS);
    // Thin buffer near the target: drop back for air. Far behind already, slowing would only add to it.
    if (this.#thin) {
      this.#drift = 'none';
      return errorMs < FAR_MS ? RATES.slower.full : 1;
    }
    this.#drift = this.#choose(errorMs, bufferMs);
    if (this.#drift === 'none') return 1;
    this.#full = Math.abs(errorMs) > (this.#full ? GENTLE_MS : FULL_MS);
    return RATES[this.#drift][this.#full ? 'full' : 'gentle'];
  }

  #isTooFar(errorMs: number, bufferMs: number): boolean {
    if (bufferMs < DRY_MS) this.#ranDry = true;
    else if (errorMs < BEGIN_MS) this.#ranDry = false;
    return errorMs > (this.#ranDry ? JUMP_AFTER_DRY_MS : JUMP_MS) && bufferMs > errorMs + LANDING_MS;
  }

  #choose(errorMs: number, bufferMs: number): 'none' | 'faster' | 'slower' {
    if (errorMs > (this.#drift === 'faster' ? END_MS : BEGIN_MS)) {
      return bufferMs > AMPLE_MS ? 'faster' : 'none';
    }
    if (-errorMs > (this.#drift === 'slower' ? END_MS : BEGIN_MS)) return 'slower';
    return 'none';
  }
}
