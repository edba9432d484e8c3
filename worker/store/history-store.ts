/** A channel's history in its Report object's SQL: steps of 10 s for an hour, of a minute for a week. */
import type { History, HistoryRow } from '../../protocol/report.ts';
import { HISTORY_STEPS_S } from '../../protocol/report.ts';
import { keptRow } from '../report/ledger.ts';
import { sumRows } from '../report/sum-rows.ts';
import type { Sql } from './channel-book.ts';

const HOUR_MS = 3_600_000;
export const FINE_MS = HOUR_MS;
export const COARSE_MS = 7 * 24 * HOUR_MS;
/** Most rows of an answer. */
export const MOST_ROWS = 1000;
const MINUTE_MS = 60_000;

type Row = { row: string };

export class HistoryStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec('CREATE TABLE IF NOT EXISTS history_10 (at INTEGER PRIMARY KEY, row TEXT NOT NULL)');
    sql.exec('CREATE TABLE IF NOT EXISTS history_60 (at INTEGER PRIMARY KEY, row TEXT NOT NULL)');
  }

  /** Keeps a closed step; with the first one of a minute, the minute before is summed. */
  add(row: HistoryRow): void {
    const minute = row.at - row.at % MINUTE_MS;
    const [last] = this.#sql.exec<{ at: number }>('SELECT max(at) AS at FROM history_10').toArray();
    const before = last?.at ? last.at - last.at % MINUTE_MS : minute;
    if (before < minute) this.#closeMinute(before);
    this.#sql.exec('INSERT OR REPLACE INTO history_10 VALUES (?, ?)', row.at, JSON.stringify(row));
  }

  /** Rows of at most `stepS` seconds within the span, oldest first, the newest MOST_ROWS of them. */
  read(fromMs: number, toMs: number, stepS: number | undefined, nowMs: number): History {
    const step = stepS ?? stepFor(fromMs, toMs, nowMs);
    const table = step === 10 ? 'history_10' : 'history_60';
    const rows = this.#sql.exec<Row>(
      `SELECT row FROM ${table} WHERE at >= ? AND at < ? ORDER BY at`,
      Math.max(fromMs, nowMs - COARSE_MS),
      toMs,
    ).toArray().map(rowOf);
    if (step !== 10) rows.push(...this.#openMinute(fromMs, toMs, rows.at(-1)?.at));
    const wide = step <= 60 ? rows : sumRows(rows, step * 1000);
    return { stepS: step, rows: wide.slice(-MOST_ROWS) };
  }

  /** Forgets what is too old. True when something is left. */
  forget(nowMs: number): boolean {
    this.#sql.exec('DELETE FROM history_10 WHERE at < ?', nowMs - FINE_MS);
    this.#sql.exec('DELETE FROM history_60 WHERE at < ?', nowMs - COARSE_MS);
    const [left] = this.#sql.exec<{ n: number }>(
      'SELECT (SELECT count(*) FROM history_10) + (SELECT count(*) FROM history_60) AS n',
    ).toArray();
    return (left?.n ?? 0) > 0;
  }

  #closeMinute(at: number): void {
    const [row] = sumRows(this.#stepsOf(at), MINUTE_MS);
    if (row) this.#sql.exec('INSERT OR REPLACE INTO history_60 VALUES (?, ?)', row.at, JSON.stringify(row));
  }

  /** The minute that is not over yet, from its steps so far. */
  #openMinute(fromMs: number, toMs: number, lastAt: number | undefined): HistoryRow[] {
    const [last] = this.#sql.exec<{ at: number }>('SELECT max(at) AS at FROM history_10').toArray();
    if (!last?.at || last.at < fromMs || last.at >= toMs) return [];
    const minute = last.at - last.at % MINUTE_MS;
    return lastAt !== undefined && lastAt >= minute ? [] : sumRows(this.#stepsOf(minute), MINUTE_MS);
  }

  #stepsOf(minute: number): HistoryRow[] {
    return this.#sql.exec<Row>(
      'SELECT row FROM history_10 WHERE at >= ? AND at < ? ORDER BY at',
      minute,
      minute + MINUTE_MS,
    ).toArray().map(rowOf);
  }
}

function rowOf({ row }: Row): HistoryRow {
  return keptRow(JSON.parse(row));
}

/** The smallest step that is still kept for the span and shows it in at most MOST_ROWS rows. */
export function stepFor(fromMs: number, toMs: number, nowMs: number): number {
  const spanS = (Math.min(toMs, nowMs) - Math.max(fromMs, nowMs - COARSE_MS)) / 1000;
  return HISTORY_STEPS_S.find((step) =>
    spanS / step <= MOST_ROWS && (step > 10 || fromMs >= nowMs - FINE_MS - MINUTE_MS)
  ) ?? HISTORY_STEPS_S[HISTORY_STEPS_S.length - 1]!;
}
