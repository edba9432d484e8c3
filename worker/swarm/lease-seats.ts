/** Viewers of leases in one shard: who may sit down as one, who has to go, and how many there are. Pure. */
import type { PlaybackRefusal } from '../../protocol/claims.ts';
import type { PeerRow } from './seat.ts';

/** How many viewers of a lease a shard may seat; null: any number; `spent`: its bandwidth is used up. */
export type LeaseShare = number | null | 'spent';
/** By lease; one that is not named is over. */
export type LeaseShares = Record<string, LeaseShare>;

/** Of one lease, for the roll-up. */
export interface LeaseCount {
  viewers: number;
  /** Who sat down since the last roll-up. */
  joined: number;
}

export class LeaseSeats {
  #shares: LeaseShares = {};
  #joined = new Map<string, number>();

  set shares(shares: LeaseShares) {
    this.#shares = shares;
  }

  /** Why nobody may watch under this lease; undefined: they may. */
  end(lease: string | undefined): PlaybackRefusal | undefined {
    if (lease === undefined) return undefined;
    const share = this.#shares[lease];
    return share === undefined ? 'lease-ended' : share === 'spent' ? 'quota-reached' : undefined;
  }

  /** Why this peer may not sit down as a viewer of this lease, `rows` being those who do. */
  refusal(lease: string | undefined, peerId: string, rows: Iterable<PeerRow>): PlaybackRefusal | undefined {
    const share = lease === undefined ? undefined : this.#shares[lease];
    if (typeof share !== 'number') return this.end(lease);
    let seated = 0;
    for (const { id, right } of rows) if (right?.lease === lease && id !== peerId) seated++;
    return seated < share ? undefined : 'quota-reached';
  }

  joined(lease: string | undefined): void {
    if (lease !== undefined) this.#joined.set(lease, (this.#joined.get(lease) ?? 0) + 1);
  }

  /** Counts for the roll-up; who joined is counted once. */
  take(rows: Iterable<PeerRow>): Record<string, LeaseCount> {
    const counts: Record<string, LeaseCount> = {};
    const of = (lease: string) => counts[lease] ??= { viewers: 0, joined: 0 };
    for (const { right } of rows) if (right?.lease !== undefined) of(right.lease).viewers++;
    for (const [lease, joined] of this.#joined) of(lease).joined = joined;
    this.#joined.clear();
    return counts;
  }
}
