/** RTMP timestamps have 32 bits and wrap after 49.7 days. */
export class Timeline {
  #last: number | undefined;

  /** The same time, counted on past 2^32: of all candidates the one nearest to the last. */
  unwrap(timestamp: number): number {
    this.#last = this.#last === undefined ? timestamp : this.#last + ((timestamp - this.#last) | 0);
    return this.#last;
  }
}
