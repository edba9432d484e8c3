/** Where one viewer is watching: a slot for each peer, so that a token's device limit can be held. Pure. */

/** A slot that nobody confirmed ends after this: the shard says it anew whenever the peer's ticket is renewed. */
export const SLOT_MS = 15 * 60_000;
/** A slot taken by a join, until the peer has its seat. */
export const JOIN_SLOT_MS = 60_000;

export class DeviceSlots {
  /** By peer id: when the slot ends. */
  #slots: Map<string, number>;

  constructor(slots: Iterable<[string, number]> = []) {
    this.#slots = new Map(slots);
  }

  get all(): [string, number][] {
    return [...this.#slots];
  }

  /** When the last one ends; undefined: there is none. */
  get endsAtMs(): number | undefined {
    return this.#slots.size === 0 ? undefined : Math.max(...this.#slots.values());
  }

  /** False when `limit` other peers hold slots. Who holds one keeps it, whatever the limit became. */
  take(peerId: string, limit: number, nowMs: number, forMs: number): boolean {
    this.drop(nowMs);
    const held = this.#slots.get(peerId);
    if (held === undefined && this.#slots.size >= limit) return false;
    this.#slots.set(peerId, Math.max(held ?? 0, nowMs + forMs));
    return true;
  }

  /** False: it held none. */
  release(peerId: string): boolean {
    return this.#slots.delete(peerId);
  }

  /** Forgets slots that are over. */
  drop(nowMs: number): void {
    for (const [peerId, untilMs] of this.#slots) if (untilMs <= nowMs) this.#slots.delete(peerId);
  }
}
