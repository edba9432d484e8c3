/**
 * What a channel's viewers take through TURN, held against its budget. Spent: nobody gets relay servers any more, and
 * who would be fed by relays only plays from the edge. Relays in use go on until their viewers leave, so that what is
 * taken falls below the budget without anybody losing a link. Pure; kept by the Channel object.
 */

/** Handing out begins again below this share of the budget. */
const AGAIN = 0.75;

export class TurnBudget {
  #taken = new Map<string, number>();
  #spent = false;

  /** Whether nothing is handed out at the moment. */
  get spent(): boolean {
    return this.#spent;
  }

  /**
   * What the viewers of a shard take now. Several times the bitrate cannot come to one viewer: more is not believed.
   * @returns whether `spent` changed.
   */
  took(shard: string, turnKbps: number, mostKbps: number, budgetKbps: number | null): boolean {
    this.#taken.set(shard, Math.min(turnKbps, mostKbps));
    return this.look(budgetKbps);
  }

  /** The budget may be another; null: there is none. Answers whether `spent` changed. */
  look(budgetKbps: number | null): boolean {
    const taken = [...this.#taken.values()].reduce((sum, kbps) => sum + kbps, 0);
    const spent = budgetKbps !== null && taken >= budgetKbps * (this.#spent ? AGAIN : 1);
    const changed = spent !== this.#spent;
    this.#spent = spent;
    return changed;
  }

  /** The broadcast is over, or these are the shards that are left. */
  keep(shards: string[]): void {
    for (const shard of this.#taken.keys()) if (!shards.includes(shard)) this.#taken.delete(shard);
  }
}
