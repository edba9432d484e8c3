/**
 * The media clock: milliseconds since the broadcast's time zero, now. It begins as what the wall clock says and is
 * corrected by pieces: none arrives before it was cut, and in a live swarm some arrive soon after.
 */
import type { PieceRecord } from '../../protocol/record.ts';
import type { World } from './seams.ts';

/** A clock that says every piece is later than this is wrong itself. */
const IMPLAUSIBLE_LAG_MS = 20_000;
const PLAUSIBLE_LAG_MS = 500;
const SAMPLES = 128;

/** When a piece was cut, in media milliseconds: the end of what it holds. */
export function cutMsOf(record: PieceRecord): number {
  return (record.decodeTimeUs + record.durationUs) / 1000;
}

export class CutClock {
  #world: World;
  #offsetMs: number;
  #least = Infinity;
  #samples = 0;

  constructor(world: World, epochMs: number) {
    this.#world = world;
    this.#offsetMs = world.wallClockS() * 1000 - epochMs - world.now();
  }

  /** Media milliseconds at the live edge, as far as this peer knows. */
  now(): number {
    return this.#world.now() + this.#offsetMs;
  }

  /** How late a live piece is; feeds the correction. */
  observe(cutMs: number): number {
    const lag = this.now() - cutMs;
    if (lag < 0) {
      this.#offsetMs -= lag;
      this.#least = Infinity;
      this.#samples = 0;
      return 0;
    }
    if (lag < this.#least) this.#least = lag;
    if (++this.#samples >= SAMPLES) {
      if (this.#least > IMPLAUSIBLE_LAG_MS) this.#offsetMs -= this.#least - PLAUSIBLE_LAG_MS;
      this.#least = Infinity;
      this.#samples = 0;
    }
    return lag;
  }
}
