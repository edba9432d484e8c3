/** Join cards: what a Worker needs to answer a join, asked of the Channel object once a second per data centre. */

/** Where a value lies for everybody in the data centre; the Cache API, or nothing in a test. */
export interface SharedShelf<Value> {
  get(name: string): Promise<Value | undefined>;
  put(name: string, value: Value): Promise<void>;
}

/** Most names held in memory; the oldest goes first. */
const MAX_HELD = 1000;

/** A memory of one second in front of a shelf in front of the source; simultaneous asks become one. */
export class BriefMemory<Value> {
  #held = new Map<string, { value: Value; untilMs: number }>();
  #asking = new Map<string, Promise<Value>>();

  constructor(
    readonly options: { ttlMs: number; now: () => number; shelf?: SharedShelf<Value> },
  ) {}

  async get(name: string, ask: () => Promise<Value>): Promise<Value> {
    const held = this.#held.get(name);
    if (held && held.untilMs > this.options.now()) return held.value;
    let asking = this.#asking.get(name);
    if (!asking) {
      asking = this.#fill(name, ask).finally(() => this.#asking.delete(name));
      this.#asking.set(name, asking);
    }
    return await asking;
  }

  async #fill(name: string, ask: () => Promise<Value>): Promise<Value> {
    const { shelf, now, ttlMs } = this.options;
    let value = await shelf?.get(name);
    if (value === undefined) {
      value = await ask();
      await shelf?.put(name, value);
    }
    this.#held.delete(name);
    if (this.#held.size >= MAX_HELD) this.#held.delete(this.#held.keys().next().value!);
    this.#held.set(name, { value, untilMs: now() + ttlMs });
    return value;
  }
}
