/** The Directory's table of issuers: who else may sign playback tokens, by the address of their public keys. */
import type { Issuer } from '../../protocol/access.ts';
import type { Sql } from './channel-book.ts';

/** Most issuers of one box: each isolate that meets their tokens fetches their keys. */
export const MOST_ISSUERS = 50;

type Row = { issuer: string; jwks_url: string; channels: string; created_at: string };

export class IssuerBook {
  #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS issuers (
      issuer TEXT PRIMARY KEY, jwks_url TEXT NOT NULL, channels TEXT NOT NULL, created_at TEXT NOT NULL)`);
  }

  list(): Issuer[] {
    return this.#sql.exec<Row>('SELECT * FROM issuers ORDER BY issuer').toArray().map((row) => ({
      issuer: row.issuer,
      jwksUrl: row.jwks_url,
      channels: JSON.parse(row.channels) as string[],
      createdAt: row.created_at,
    }));
  }

  /** Adds it, or puts it in the place of the one with this name. False: there are too many. */
  put({ issuer, jwksUrl, channels, createdAt }: Issuer): boolean {
    const all = this.list();
    if (all.length >= MOST_ISSUERS && !all.some((one) => one.issuer === issuer)) return false;
    this.#sql.exec(
      'INSERT OR REPLACE INTO issuers VALUES (?, ?, ?, ?)',
      issuer,
      jwksUrl,
      JSON.stringify(channels),
      createdAt,
    );
    return true;
  }

  /** False: there is no such issuer. */
  remove(issuer: string): boolean {
    if (!this.list().some((one) => one.issuer === issuer)) return false;
    this.#sql.exec('DELETE FROM issuers WHERE issuer = ?', issuer);
    return true;
  }
}
