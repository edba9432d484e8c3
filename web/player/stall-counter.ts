/**
 * Counts stalls: playback that had begun, was meant to go on, and waited for media.
 *
 * Waiting before the first picture is start-up, after a seek it is the seek's, while the encoder is away it is the
 * encoder's: none of these is a stall.
 */
export class StallCounter {
  #started = false;
  #excusedUntilMs = 0;
  #since: number | undefined;
  #count = 0;
  #stalledMs = 0;

  constructor(private readonly now: () => number) {}

  /** The first picture of a broadcast is there. */
  started(): void {
    this.#started = true;
    this.resumed();
  }

  /** A new broadcast, or the end of this one. */
  reset(): void {
    this.resumed();
    this.#started = false;
  }

  /** The viewer moved the playhead, or the encoder went: waiting is expected for a while. */
  excuse(forMs: number): void {
    this.#excusedUntilMs = Math.max(this.#excusedUntilMs, this.now() + forMs);
  }

  /** The element waits for media. */
  waiting(): void {
    if (!this.#started || this.#since !== undefined || this.now() < this.#excusedUntilMs) return;
    this.#since = this.now();
    this.#count++;
  }

  /** Playback goes on, or the viewer paused. */
  resumed(): void {
    if (this.#since === undefined) return;
    this.#stalledMs += this.now() - this.#since;
    this.#since = undefined;
  }

  get count(): number {
    return this.#count;
  }

  get stalledMs(): number {
    return this.#stalledMs + (this.#since === undefined ? 0 : this.now() - this.#since);
  }
}
