/**
 * The Directory's signing keys, of playback and admin tokens. Only their ids are kept: the private half follows from
 * the edge's secret and the id (access/token-signer.ts), so that a dump of the storage signs nothing.
 */
import type { Sql } from './channel-book.ts';

/** How long a key's tokens are still good after a rotation, unless told otherwise. */
export const OVERLAP_MS = 24 * 3_600_000;
/** Keys whose tokens are still good, at most: more rotations than this within the overlap end the oldest. */
export const MOST_KEYS = 8;

/** A signing key without its private half. */
export interface SigningKeyRow {
  /** `kid` of its tokens. */
  id: string;
  createdAtMs: number;
  /** When its tokens are good no longer; null: it is the one that signs. */
  retiresAtMs: number | null;
}

type Row = { id: string; created_at: number; retires_at: number | null };

export class SigningKeyBook {
  #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS signing_keys (
      id TEXT PRIMARY KEY, created_at INTEGER NOT NULL, retires_at INTEGER)`);
  }

  /** Newest first; the first one signs. Makes one where there is none, and forgets those that have retired. */
  list(nowMs: number, newId: () => string): SigningKeyRow[] {
    this.#sql.exec('DELETE FROM signing_keys WHERE retires_at <= ?', nowMs);
    const rows = this.#rows();
    if (rows[0]?.retiresAtMs === null) return rows;
    this.#add(newId(), nowMs);
    return this.#rows();
  }

  /** A new key signs from now on; tokens of the one before stay good for `overlapMs`, 0: they end at once. */
  rotate(nowMs: number, overlapMs: number, newId: () => string): SigningKeyRow[] {
    const until = nowMs + overlapMs;
    this.#sql.exec('UPDATE signing_keys SET retires_at = ? WHERE retires_at IS NULL', until);
    this.#add(newId(), nowMs);
    const { length } = this.#rows();
    if (length > MOST_KEYS) {
      this.#sql.exec(
        'DELETE FROM signing_keys WHERE id IN (SELECT id FROM signing_keys ORDER BY rowid LIMIT ?)',
        length - MOST_KEYS,
      );
    }
    return this.list(nowMs, newId);
  }

  /** All tokens of this key end at once; a new one signs if this one did. False: there is no such key. */
  revoke(id: string): boolean {
    if (!this.#rows().some((row) => row.id === id)) return false;
    this.#sql.exec('DELETE FROM signing_keys WHERE id = ?', id);
    return true;
  }

  #add(id: string, nowMs: number): void {
    this.#sql.exec('INSERT INTO signing_keys VALUES (?, ?, NULL)', id, nowMs);
  }

  #rows(): SigningKeyRow[] {
    return this.#sql.exec<Row>('SELECT * FROM signing_keys ORDER BY rowid DESC').toArray()
      .map((row) => ({ id: row.id, createdAtMs: row.created_at, retiresAtMs: row.retires_at }));
  }
}
