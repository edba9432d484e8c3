/**
 * How often one address may do something, as one isolate sees it: coarse, for nothing that must be exact. A thousand
 * people may share an address, so the limits are wide. An address that is not known is not limited: off Cloudflare
 * and without a configured proxy everybody would be the same one (whereabouts.ts).
 */
import { Budget } from '../swarm/budget.ts';
import { householdOf } from '../swarm/place.ts';

/** Addresses remembered; the one that came first goes first. */
const MOST = 10_000;

export class RateLimit {
  #budgets = new Map<string, Budget>();

  /** `burst` at once, then `perSecond`. */
  constructor(readonly burst: number, readonly perSecond: number) {}

  /** False: too often. An IPv6 address stands for its /64. */
  take(address: string, nowMs: number): boolean {
    if (address === '') return true;
    const household = householdOf(address);
    let budget = this.#budgets.get(household);
    if (!budget) {
      if (this.#budgets.size >= MOST) this.#budgets.delete(this.#budgets.keys().next().value!);
      this.#budgets.set(household, budget = new Budget(this.burst, this.perSecond, nowMs));
    }
    return budget.take(1, nowMs);
  }
}
