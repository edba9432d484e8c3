/** Key periods of one channel: a table of sealed keys, and the rules by which one period follows another. */
import type { Sql } from './channel-book.ts';

/** One key period as it is stored. */
export interface PeriodRow {
  /** Grows; never given twice, whatever was deleted. */
  number: number;
  keyId: string;
  /** The content key, sealed (access/seal.ts). */
  sealed: string;
  startsAtMs: number;
}

/** A period that has to be made. */
export interface PeriodPlan {
  number: number;
  startsAtMs: number;
}

/** Rows kept: a year of hours and a half. Recordings need the keys of their time. */
const MOST_ROWS = 13_000;
/** A key that was thrown away is followed by one that starts this much later, so that players can fetch it. */
export const REVOKE_LEAD_MS = 20_000;

type Row = { number: number; key_id: string; sealed: string; starts_at: number };

export class KeyBook {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS periods (
      number INTEGER PRIMARY KEY, key_id TEXT NOT NULL UNIQUE, sealed TEXT NOT NULL, starts_at INTEGER NOT NULL)`);
  }

  /** What is missing for there to be a period in effect and one to come. */
  missing(nowMs: number, periodMs: number): PeriodPlan[] {
    const last = this.#newest(1)[0];
    if (last && last.startsAtMs > nowMs) return [];
    const number = Math.max((last?.number ?? 0) + 1, clockNumber(nowMs));
    if (last && nowMs < last.startsAtMs + periodMs) {
      return [{ number, startsAtMs: last.startsAtMs + periodMs }];
    }
    return [{ number, startsAtMs: nowMs }, { number: number + 1, startsAtMs: nowMs + periodMs }];
  }

  add(row: PeriodRow): void {
    this.#sql.exec(
      'INSERT INTO periods VALUES (?, ?, ?, ?)',
      row.number,
      row.keyId,
      row.sealed,
      row.startsAtMs,
    );
    this.#sql.exec(
      'DELETE FROM periods WHERE number NOT IN (SELECT number FROM periods ORDER BY number DESC LIMIT ?)',
      MOST_ROWS,
    );
  }

  /** In order: those that ended less than `graceMs` ago, the one in effect, the one to come. */
  inUse(nowMs: number, graceMs: number): PeriodRow[] {
    const rows = this.#newest(64).reverse();
    return rows.filter((_, i) => {
      const next = rows[i + 1];
      return next === undefined || next.startsAtMs > nowMs - graceMs;
    });
  }

  /** Those of these ids that are known. */
  find(keyIds: string[]): PeriodRow[] {
    return keyIds.flatMap((id) =>
      this.#sql.exec<Row>('SELECT * FROM periods WHERE key_id = ?', id).toArray().map(periodOf)
    );
  }

  /** The newest ones, newest first. */
  list(limit: number): PeriodRow[] {
    return this.#newest(limit);
  }

  /** The key to come takes effect now: viewers hold it already. */
  advance(nowMs: number): void {
    this.#sql.exec('UPDATE periods SET starts_at = ? WHERE starts_at > ?', nowMs, nowMs);
  }

  /** The key to come is thrown away: who holds it learns nothing by it. Answers what takes its place. */
  revoke(nowMs: number, leadMs = REVOKE_LEAD_MS): PeriodPlan {
    const number = Math.max((this.#newest(1)[0]?.number ?? 0) + 1, clockNumber(nowMs));
    this.#sql.exec('DELETE FROM periods WHERE starts_at > ?', nowMs);
    return { number, startsAtMs: nowMs + leadMs };
  }

  /** Forgets all. */
  clear(): void {
    this.#sql.exec('DELETE FROM periods');
  }

  #newest(limit: number): PeriodRow[] {
    return this.#sql.exec<Row>('SELECT * FROM periods ORDER BY number DESC LIMIT ?', limit)
      .toArray().map(periodOf);
  }
}

/** Faster than any rotation: a channel that was deleted and made anew begins above what it had. */
function clockNumber(nowMs: number): number {
  return Math.floor(nowMs / 10);
}

function periodOf(row: Row): PeriodRow {
  return { number: row.number, keyId: row.key_id, sealed: row.sealed, startsAtMs: row.starts_at };
}
