/**
 * How often one address, or one viewer id, may do something, as one isolate sees it: coarse, for nothing that must be
 * exact. A thousand people may share an address, so the limits are wide. An address that is not known is not limited:
 * off Cloudflare and without a configured proxy everybody would be the same one (whereabouts.ts).
 */
import { Budget } from '../swarm/budget.ts';

/** Keys remembered; the one that came first goes first. */
const MOST = 10_000;

export class RateLimit {
  #budgets = new Map<string, Budget>();

  /** `burst` at once, then `perSecond`. */
  constructor(readonly burst: number, readonly perSecond: number) {}

  /** False: too often. Of an address its household (place.ts); an empty key is not limited. */
  take(key: string, nowMs: number): boolean {
    if (key === '') return true;
    let budget = this.#budgets.get(key);
    if (!budget) {
      if (this.#budgets.size >= MOST) this.#budgets.delete(this.#budgets.keys().next().value!);
      this.#budgets.set(key, budget = new Budget(this.burst, this.perSecond, nowMs));
    }
    return budget.take(1, nowMs);
  }
}
