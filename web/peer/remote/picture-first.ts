import type { Playhead } from '../../mesh/seams.ts';

/**
 * Connections are made on the page's thread, a few milliseconds each, just when that has the first media to show. From
 * the first media on they wait for the picture; where none comes from the edge there is nothing to wait for.
 */

/**
 * A page that shows no picture by then is hidden, or waits for somebody to press play. What a join brings lasts longer,
 * and a slow machine, or one on which many start at once, takes most of it.
 */
export const MOST_MS = 1000;
/** A playhead is told several times a second. */
const JUMP_US = 1_000_000;

export class PictureFirst {
  #waiting: (() => void)[] | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  #playheadUs = Infinity;

  /** Runs it now, or when the wait is over, in order. */
  pass(run: () => void): void {
    if (this.#waiting) this.#waiting.push(run);
    else run();
  }

  /** Media is here. */
  media(): void {
    if (this.#isOver || this.#waiting) return;
    this.#waiting = [];
    this.#timer = setTimeout(() => this.pictured(), MOST_MS);
  }

  /** Where the playhead is. It is told before there is a picture, when it stands, or jumps to where that will be. */
  playhead({ decodeTimeUs, playing }: Playhead): void {
    const stepUs = decodeTimeUs - this.#playheadUs;
    this.#playheadUs = decodeTimeUs;
    if (playing && stepUs > 0 && stepUs < JUMP_US) this.pictured();
  }

  /** It is shown, or not waited for. */
  pictured(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) run();
  }
}
