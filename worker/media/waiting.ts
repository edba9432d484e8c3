/** Requests that wait for pieces to arrive. Pure but for the timer that bounds each wait. */

export class Waiting {
  #waits = new Set<() => boolean>();
  #flights = new Map<string, Promise<unknown>>();

  /** How many conditions are waited for. */
  get size(): number {
    return this.#waits.size;
  }

  /** To be called whenever something may have become true. */
  poke(): void {
    for (const check of [...this.#waits]) check();
  }

  /** True as soon as the condition holds, false after `timeoutMs`. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    if (condition()) return true;
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waits.delete(check);
        resolve(condition());
      }, timeoutMs);
      const check = () => {
        if (!condition()) return false;
        clearTimeout(timer);
        this.#waits.delete(check);
        resolve(true);
        return true;
      };
      this.#waits.add(check);
    });
  }

  /** Those who ask for the same thing at the same time share one flight. */
  async share<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    let flight = this.#flights.get(name) as Promise<Value> | undefined;
    if (!flight) {
      flight = work().finally(() => this.#flights.delete(name));
      this.#flights.set(name, flight);
    }
    return await flight;
  }
}
