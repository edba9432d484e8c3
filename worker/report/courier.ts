/**
 * Carries amounts to a slower object: what is added while one delivery is under way goes with the next one, summed,
 * so that a slow roll-up delays figures and nothing else, and holds one parcel of memory however slow it is.
 */
export interface CourierOptions<Parcel> {
  empty(): Parcel;
  /** Adds in place. */
  add(total: Parcel, more: Parcel): void;
  deliver(parcel: Parcel): Promise<void>;
  /** Least time between two deliveries. */
  everyMs(): number;
  nowMs(): number;
  setTimer(delayMs: number, run: () => void): void;
}

export class Courier<Parcel> {
  readonly #options: CourierOptions<Parcel>;
  #parcel: Parcel | undefined;
  #isUnderWay = false;
  /** When the timer that counts runs out; another one that still runs does nothing. */
  #dueMs = Infinity;
  #deliveredMs = -Infinity;

  constructor(options: CourierOptions<Parcel>) {
    this.#options = options;
  }

  /** Never waits. */
  add(more: Parcel): void {
    this.#parcel ??= this.#options.empty();
    this.#options.add(this.#parcel, more);
    this.#arm();
  }

  /** Delivers now what there is, unless a delivery is under way. */
  async flush(): Promise<void> {
    if (this.#isUnderWay || this.#parcel === undefined) return;
    const parcel = this.#parcel;
    this.#parcel = undefined;
    this.#isUnderWay = true;
    try {
      await this.#options.deliver(parcel);
    } catch {
      // It goes with the next one.
      const later = this.#parcel;
      this.#parcel = parcel;
      if (later !== undefined) this.#options.add(this.#parcel, later);
    } finally {
      this.#isUnderWay = false;
      this.#deliveredMs = this.#options.nowMs();
      if (this.#parcel !== undefined) this.#arm();
    }
  }

  #arm(): void {
    if (this.#isUnderWay) return;
    const { everyMs, nowMs, setTimer } = this.#options;
    const delay = Math.max(0, Math.min(everyMs(), this.#deliveredMs + everyMs() - nowMs()));
    const dueMs = nowMs() + delay;
    // One that was set when nobody looked may be far away.
    if (dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    setTimer(delay, () => {
      if (this.#dueMs !== dueMs) return;
      this.#dueMs = Infinity;
      void this.flush();
    });
  }
}
