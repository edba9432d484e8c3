/**
 * What stands in this peer's own line. All that neighbours push comes through it, so that the least of how long their
 * pieces travel, of whomever they come, is what everything waits there: what is asked for a second time comes no sooner
 * and makes it longer.
 */

/** What pieces take on their way where nothing stands in the line. */
const USUAL_MS = 250;
/** Longer than this nothing is waited for: it is lost, whatever else stands in the line. */
const MOST_MS = 4000;

export class OwnLine {
  #least = Infinity;
  #leastBefore = Infinity;

  /** Milliseconds by which everything comes later than usual. */
  get ms(): number {
    const least = Math.min(this.#least, this.#leastBefore);
    return least === Infinity ? 0 : Math.min(MOST_MS, Math.max(0, least - USUAL_MS));
  }

  /** A piece that was not asked for travelled for so long since who sent it had it, whether its sender became a parent or not. */
  observe(ms: number): void {
    if (ms < this.#least) this.#least = ms;
  }

  /** Every second: what came before the last one says nothing any more. */
  turn(): void {
    this.#leastBefore = this.#least;
    this.#least = Infinity;
  }
}
