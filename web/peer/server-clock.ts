/**
 * The edge's clock, by what it says of itself in its answers: as in NTP (RFC 5905), the exchange that took the shortest
 * time knows it best, and none says more than that it spoke somewhere between question and answer.
 */

/** Milliseconds; `askedAt` and `answeredAt` by this peer's own clock. */
export interface ClockSample {
  /** What the edge's clock said. */
  nowMs: number;
  askedAt: number;
  answeredAt: number;
}

/** How far two clocks may part, milliseconds a millisecond. */
const DRIFT = 1e-4;

export class ServerClock {
  /** The edge's clock minus this peer's. */
  offsetMs: number;
  #doubtMs = Infinity;
  #at = 0;

  /** @param offsetMs A guess until the first answer. */
  constructor(offsetMs: number) {
    this.offsetMs = offsetMs;
  }

  /** A slow answer corrects what is known only as far as the two disagree, which is what a sleep of the machine does. */
  take({ nowMs, askedAt, answeredAt }: ClockSample): void {
    const doubtMs = (answeredAt - askedAt) / 2;
    const middleMs = nowMs - askedAt - doubtMs;
    if (doubtMs <= this.#doubtMs + (answeredAt - this.#at) * DRIFT) {
      this.offsetMs = middleMs;
      this.#doubtMs = doubtMs;
      this.#at = answeredAt;
    } else {
      this.offsetMs = Math.min(middleMs + doubtMs, Math.max(middleMs - doubtMs, this.offsetMs));
    }
  }
}
