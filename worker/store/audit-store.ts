/** The audit log in SQL: newest first, a year long. */
import type { AuditEntry } from '../../protocol/audit.ts';
import type { Page } from '../../protocol/page.ts';
import type { Sql } from './channel-book.ts';

export const AUDIT_MS = 366 * 24 * 3_600_000;

type Row = {
  id: number;
  at: string;
  subject: string;
  role: string;
  method: string;
  resource: string;
  what: string;
  status: number;
  request_id: string;
};

export class AuditStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, subject TEXT NOT NULL, role TEXT NOT NULL,
      method TEXT NOT NULL, resource TEXT NOT NULL, what TEXT NOT NULL, status INTEGER NOT NULL,
      request_id TEXT NOT NULL)`);
  }

  add(entry: Omit<AuditEntry, 'id'>): void {
    this.#sql.exec(
      `INSERT INTO audit (at, subject, role, method, resource, what, status, request_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.at,
      entry.subject,
      entry.role,
      entry.method,
      entry.resource,
      entry.what,
      entry.status,
      entry.requestId,
    );
  }

  /** `after`: id of the last entry of the page before. */
  page(query: string, limit: number, after?: string): Page<AuditEntry> {
    const before = /^\d{1,15}$/.test(after ?? '') ? Number(after) : Number.MAX_SAFE_INTEGER;
    const text = `%${query.replaceAll(/[\\%_]/g, '\\$&')}%`;
    const rows = this.#sql.exec<Row>(
      `SELECT * FROM audit WHERE id < ? AND (subject LIKE ? ESCAPE '\\' OR resource LIKE ? ESCAPE '\\')
       ORDER BY id DESC LIMIT ?`,
      before,
      text,
      text,
      limit + 1,
    ).toArray();
    const items = rows.slice(0, limit).map(({ request_id, ...row }) => ({ ...row, requestId: request_id }));
    return { items, ...(rows.length > limit ? { next: String(items.at(-1)!.id) } : {}) };
  }

  forget(nowMs: number): void {
    this.#sql.exec('DELETE FROM audit WHERE at < ?', new Date(nowMs - AUDIT_MS).toISOString());
  }
}
