/**
 * Connections are made on the page's thread, a few milliseconds each, just when that has the first media to show. From
 * the first media on they wait for the picture; where none comes from the edge there is nothing to wait for.
 */

/** A page that shows no picture by then is hidden, or waits for somebody to press play. */
export const MOST_MS = 300;

export class PictureFirst {
  #waiting: (() => void)[] | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

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

  /** It is shown. */
  pictured(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const run of waiting) run();
  }
}
