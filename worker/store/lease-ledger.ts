/**
 * What the viewers of each lease use, counted by the Channel object from what its shards tell: seats taken, never a
 * viewer's own report. Seconds are exact to one roll-up (10 s). Pure but for the table of days.
 */
import { emptyLeaseUse, type LeaseDay, type LeaseUse } from '../../protocol/lease.ts';
import type { LeaseCount } from '../swarm/lease-seats.ts';
import type { Sql } from './channel-book.ts';

/** A step longer than this nobody watched: quiet shards tell every five minutes, so the edge itself was away. */
export const LONGEST_STEP_MS = 360_000;

export interface LeaseTotal {
  viewers: number;
  use: LeaseUse;
}

/** What must survive an eviction beside the table. */
export interface LedgerSnapshot {
  atMs: number;
  /** Viewers by shard and lease. */
  seats: Record<string, Record<string, number>>;
}

type Row = { lease: string; day: string; visits: number; peak: number; viewer_ms: number; bytes: number };

export class LeaseLedger {
  readonly #sql: Sql;
  #seats: Record<string, Record<string, number>>;
  #atMs: number;
  /** Not in the table yet, by lease. */
  readonly #pending = new Map<string, { visits: number; peak: number; viewerMs: number; bytes: number }>();

  constructor(sql: Sql, snapshot?: LedgerSnapshot) {
    this.#sql = sql;
    this.#seats = snapshot?.seats ?? {};
    this.#atMs = snapshot?.atMs ?? 0;
    sql.exec(`CREATE TABLE IF NOT EXISTS lease_use (
      lease TEXT NOT NULL, day TEXT NOT NULL, visits INTEGER NOT NULL, peak INTEGER NOT NULL,
      viewer_ms REAL NOT NULL, bytes REAL NOT NULL, PRIMARY KEY (lease, day))`);
  }

  /** Whether anybody watches under a lease. */
  get isEmpty(): boolean {
    return Object.keys(this.#seats).length === 0 && this.#pending.size === 0;
  }

  snapshot(): LedgerSnapshot {
    return { atMs: this.#atMs, seats: this.#seats };
  }

  /** One shard's roll-up. `kbps`: bitrate of the broadcast. */
  note(shard: string, seats: Record<string, LeaseCount>, kbps: number, nowMs: number): void {
    this.pass(kbps, nowMs);
    const viewers = Object.entries(seats).filter(([, { viewers }]) => viewers > 0);
    if (viewers.length > 0) {
      this.#seats[shard] = Object.fromEntries(viewers.map(([id, one]) => [id, one.viewers]));
    } else delete this.#seats[shard];
    for (const [lease, { joined }] of Object.entries(seats)) {
      const sum = this.#sum(lease);
      sum.visits += joined;
      sum.peak = Math.max(sum.peak, this.viewers(lease));
    }
  }

  /** Time has passed: whoever was there until now has watched. */
  pass(kbps: number, nowMs: number): void {
    const passedMs = Math.min(Math.max(0, nowMs - this.#atMs), LONGEST_STEP_MS);
    this.#atMs = nowMs;
    for (const seats of Object.values(this.#seats)) {
      for (const [lease, viewers] of Object.entries(seats)) {
        const sum = this.#sum(lease);
        sum.viewerMs += viewers * passedMs;
        sum.bytes += viewers * passedMs * kbps / 8;
      }
    }
  }

  /** Nobody watches any more. */
  end(kbps: number, nowMs: number): void {
    this.pass(kbps, nowMs);
    this.#seats = {};
  }

  /** Viewers of a lease, in all shards or in one. */
  viewers(lease: string, shard?: string): number {
    const shards = shard === undefined ? Object.values(this.#seats) : [this.#seats[shard] ?? {}];
    return shards.reduce((sum, seats) => sum + (seats[lease] ?? 0), 0);
  }

  /** Writes what is pending into the table, under the day that it is now. */
  flush(nowMs: number): void {
    const day = new Date(nowMs).toISOString().slice(0, 10);
    for (const [lease, { visits, peak, viewerMs, bytes }] of this.#pending) {
      this.#sql.exec(
        `INSERT INTO lease_use VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (lease, day) DO UPDATE SET
          visits = visits + excluded.visits, peak = MAX(peak, excluded.peak),
          viewer_ms = viewer_ms + excluded.viewer_ms, bytes = bytes + excluded.bytes`,
        lease,
        day,
        visits,
        Math.max(peak, this.viewers(lease)),
        viewerMs,
        bytes,
      );
    }
    this.#pending.clear();
  }

  /** All days of a lease, oldest first, flushed before. */
  days(lease: string): LeaseDay[] {
    return this.#sql.exec<Row>('SELECT * FROM lease_use WHERE lease = ? ORDER BY day', lease).toArray()
      .map((row) => ({
        day: row.day,
        visits: row.visits,
        peakViewers: row.peak,
        viewerSeconds: Math.round(row.viewer_ms / 1000),
        deliveredBytes: Math.round(row.bytes),
      }));
  }

  /** Sums of these leases. */
  totals(leases: string[]): Record<string, LeaseTotal> {
    return Object.fromEntries(leases.map((lease) => {
      const use = this.days(lease).reduce((sum, day) => ({
        visits: sum.visits + day.visits,
        peakViewers: Math.max(sum.peakViewers, day.peakViewers),
        viewerSeconds: sum.viewerSeconds + day.viewerSeconds,
        deliveredBytes: sum.deliveredBytes + day.deliveredBytes,
      }), emptyLeaseUse());
      return [lease, { viewers: this.viewers(lease), use }];
    }));
  }

  /** Most that a shard may seat of a lease: what it has, and its part of what is free. */
  shareOf(lease: string, quota: number, shard: string, shards: string[]): number {
    const free = Math.max(0, quota - this.viewers(lease));
    const place = shards.indexOf(shard);
    if (place < 0) return this.viewers(lease, shard);
    const part = Math.floor(free / shards.length) + (place < free % shards.length ? 1 : 0);
    return this.viewers(lease, shard) + part;
  }

  #sum(lease: string) {
    let sum = this.#pending.get(lease);
    if (!sum) this.#pending.set(lease, sum = { visits: 0, peak: 0, viewerMs: 0, bytes: 0 });
    return sum;
  }
}
