/**
 * How far behind the encoder's clock the picture is.
 *
 * Two clocks meet here: the edge's, which the join answer gives, and the origin's, which dates the broadcast. Where
 * the origin's runs ahead, pieces seem to arrive before they were cut; the excess is what the clocks differ by at
 * least, and is taken out.
 */
export class LiveClock {
  #aheadMs = 0;

  constructor(readonly epochMs: number) {}

  /** A piece that ends at this decode time is here. */
  observe(newestUs: number, serverNowMs: number): void {
    this.#aheadMs = Math.max(this.#aheadMs, this.epochMs + newestUs / 1000 - serverNowMs);
  }

  /** Latency of the picture at `decodeTimeUs`, milliseconds, never negative. */
  latencyMs(decodeTimeUs: number, serverNowMs: number): number {
    return Math.max(0, serverNowMs + this.#aheadMs - this.epochMs - decodeTimeUs / 1000);
  }

  /** The decode time that is `latencyMs` behind live now, microseconds. */
  decodeTimeUs(latencyMs: number, serverNowMs: number): number {
    return (serverNowMs + this.#aheadMs - this.epochMs - latencyMs) * 1000;
  }
}
