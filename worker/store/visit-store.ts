/** Visits of a channel, one row each, in its Report object's SQL. */
import { type DeviceClass, VISIT_FIELDS, type VisitQuery, type VisitRow } from '../../protocol/report.ts';
import { COUNTED_NAMES, nothingCounted } from '../../protocol/stats.ts';
import type { Sql } from './channel-book.ts';

type Row = Record<string, string | number | null>;

const SUMMED = COUNTED_NAMES.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');
const COLUMNS = ['peer_id', ...VISIT_FIELDS, 'began', 'ended', 'startup_ms', ...COUNTED_NAMES];

export class VisitStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS visits (
      peer_id TEXT PRIMARY KEY, ${VISIT_FIELDS.map((name) => `${name} TEXT NOT NULL`).join(', ')},
      began INTEGER NOT NULL, ended INTEGER NOT NULL, startup_ms INTEGER,
      ${COUNTED_NAMES.map((name) => `${name} REAL NOT NULL`).join(', ')})`);
    sql.exec('CREATE INDEX IF NOT EXISTS visits_by_time ON visits (began, peer_id)');
  }

  /** A viewer that came back with the same peer id (a new socket, another shard) goes on with its row. */
  add(visits: VisitRow[]): void {
    for (const visit of visits) {
      this.#sql.exec(
        `INSERT INTO visits (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
         ON CONFLICT (peer_id) DO UPDATE SET began = min(began, excluded.began), ended = max(ended, excluded.ended),
           startup_ms = coalesce(startup_ms, excluded.startup_ms), ${SUMMED}`,
        visit.peerId,
        ...VISIT_FIELDS.map((name) => visit[name]),
        visit.in,
        visit.out,
        visit.startupMs,
        ...COUNTED_NAMES.map((name) => visit[name]),
      );
    }
  }

  /** Newest first. `after`: as `next` of the page before. */
  page(query: VisitQuery, limit: number, after?: string): { items: VisitRow[]; next?: string } {
    const where: string[] = [];
    const values: (string | number)[] = [];
    const hold = (clause: string, ...given: (string | number)[]) => {
      where.push(clause);
      values.push(...given);
    };
    if (query.from !== undefined) hold('ended >= ?', query.from);
    if (query.to !== undefined) hold('began < ?', query.to);
    for (const name of VISIT_FIELDS) {
      const text = query[name];
      if (text) hold(`${name} LIKE ? ESCAPE '\\'`, `${escaped(text)}%`);
    }
    if (query.query) {
      const any = ['peer_id', ...VISIT_FIELDS].map((name) => `${name} LIKE ? ESCAPE '\\'`).join(' OR ');
      hold(`(${any})`, ...Array<string>(VISIT_FIELDS.length + 1).fill(`%${escaped(query.query)}%`));
    }
    const place = /^(\d{1,15}):(.{20})$/s.exec(after ?? '');
    if (place) hold('(began, peer_id) < (?, ?)', Number(place[1]), place[2]!);
    const rows = this.#sql.exec<Row>(
      `SELECT * FROM visits ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
       ORDER BY began DESC, peer_id DESC LIMIT ?`,
      ...values,
      limit + 1,
    ).toArray();
    const items = rows.slice(0, limit).map(visitOf);
    const last = items.at(-1);
    return { items, ...(rows.length > limit && last ? { next: `${last.in}:${last.peerId}` } : {}) };
  }

  /** Forgets visits that ended before this. True when some are left. */
  forget(beforeMs: number): boolean {
    this.#sql.exec('DELETE FROM visits WHERE ended < ?', beforeMs);
    return this.#sql.exec<Row>('SELECT 1 AS one FROM visits LIMIT 1').toArray().length > 0;
  }
}

function visitOf(row: Row): VisitRow {
  const counted = nothingCounted();
  for (const name of COUNTED_NAMES) counted[name] = Number(row[name]);
  const text = (name: string) => String(row[name] ?? '');
  return {
    peerId: text('peer_id'),
    viewer: text('viewer'),
    address: text('address'),
    network: text('network'),
    country: text('country'),
    device: text('device') as DeviceClass,
    browser: text('browser'),
    in: Number(row.began),
    out: Number(row.ended),
    ...counted,
    startupMs: row.startup_ms === null || row.startup_ms === undefined ? null : Number(row.startup_ms),
    lease: text('lease'),
  };
}

/** `%` and `_` stand for themselves. */
function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
