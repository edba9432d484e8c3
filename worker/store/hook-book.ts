/** Tables of the Hooks object: who is told what, what waits to be told, and what was given up. */
import type { DeadDelivery, Happening, HookPayload, HookResource, NewHook } from '../../protocol/webhook.ts';
import type { Sql } from './channel-book.ts';

/** Pauses before each further attempt, about a day in all. */
export const RETRY_AFTER_MS = [5, 30, 300, 1800, 7200, 18_000, 36_000].map((seconds) => seconds * 1000);
/** A receiver that is away for long must not fill the storage: the oldest go first. */
const MOST_WAITING = 1000;
const MOST_DEAD = 500;
export const MOST_HOOKS = 100;

/** One delivery that is due. */
export interface DueDelivery {
  id: string;
  hook: string;
  url: string;
  sealedSecret: string;
  /** JSON of a HookPayload. */
  body: string;
  attempts: number;
}

type HookRow = {
  id: string;
  settings: string;
  secret: string;
  created_at: string;
  last_result: string;
};
type DeliveryRow = {
  id: string;
  hook: string;
  body: string;
  attempts: number;
  next_ms: number | null;
  last_result: string;
};

export class HookBook {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS hooks (id TEXT PRIMARY KEY, settings TEXT NOT NULL,
      secret TEXT NOT NULL, created_at TEXT NOT NULL, last_result TEXT NOT NULL DEFAULT '')`);
    sql.exec(`CREATE TABLE IF NOT EXISTS deliveries (id TEXT PRIMARY KEY, hook TEXT NOT NULL,
      body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_ms INTEGER,
      last_result TEXT NOT NULL DEFAULT '')`);
    sql.exec('CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_ms)');
    sql.exec('CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (hook, next_ms)');
  }

  /** Puts a hook in, in the place of one with this id. */
  put(id: string, hook: NewHook, sealedSecret: string, createdAt: string): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO hooks (id, settings, secret, created_at) VALUES (?, ?, ?, ?)',
      id,
      JSON.stringify(hook),
      sealedSecret,
      createdAt,
    );
  }

  edit(id: string, hook: NewHook): void {
    this.#sql.exec('UPDATE hooks SET settings = ? WHERE id = ?', JSON.stringify(hook), id);
  }

  setSecret(id: string, sealedSecret: string): void {
    this.#sql.exec('UPDATE hooks SET secret = ? WHERE id = ?', sealedSecret, id);
  }

  remove(id: string): void {
    this.#sql.exec('DELETE FROM hooks WHERE id = ?', id);
    this.#sql.exec('DELETE FROM deliveries WHERE hook = ?', id);
  }

  get(id: string): HookResource | undefined {
    const [row] = this.#sql.exec<HookRow>('SELECT * FROM hooks WHERE id = ?', id).toArray();
    return row && this.#resourceOf(row);
  }

  /** Oldest first. */
  list(): HookResource[] {
    return this.#rows().map((row) => this.#resourceOf(row));
  }

  sealedSecret(id: string): string | undefined {
    const [row] = this.#sql.exec<HookRow>('SELECT * FROM hooks WHERE id = ?', id).toArray();
    return row?.secret;
  }

  /** Marks at which `channel.viewers` is told to anybody. */
  marks(): number[] {
    const marks = this.#rows().map(settingsOf).filter(({ disabled }) => !disabled)
      .map(({ viewerMark }) => viewerMark).filter((mark) => mark !== null);
    return [...new Set(marks)].sort((a, b) => a - b);
  }

  /** Queues one delivery for each hook that wants to hear of it; answers how many. */
  queue(happening: Happening, nowMs: number, newId: () => string): number {
    const { type, channel, data, mark } = happening;
    const payload: HookPayload = {
      type,
      timestamp: new Date(nowMs).toISOString(),
      data: { channel, ...data },
    };
    const hooks = this.#rows().filter((row) => {
      const { events, channels, viewerMark, disabled } = settingsOf(row);
      return !disabled && (events.length === 0 || events.includes(type)) &&
        (channels.length === 0 || channels.includes(channel)) && (mark === undefined || mark === viewerMark);
    });
    for (const { id } of hooks) {
      this.#sql.exec(
        'INSERT INTO deliveries (id, hook, body, next_ms) VALUES (?, ?, ?, ?)',
        newId(),
        id,
        JSON.stringify(payload),
        nowMs,
      );
      this.#trim(id, 'next_ms IS NOT NULL', MOST_WAITING);
    }
    return hooks.length;
  }

  /** What is due, oldest first; of one hook no more than `ofOne` at a time. */
  due(nowMs: number, most: number, ofOne: number): DueDelivery[] {
    return this.#sql.exec<DeliveryRow & { settings: string; secret: string }>(
      `SELECT due.*, hooks.settings, hooks.secret FROM (
        SELECT *, rowid AS age, ROW_NUMBER() OVER (PARTITION BY hook ORDER BY next_ms, rowid) AS place
          FROM deliveries WHERE next_ms <= ?
      ) AS due JOIN hooks ON hooks.id = due.hook
        WHERE due.place <= ? ORDER BY due.next_ms, due.age LIMIT ?`,
      nowMs,
      ofOne,
      most,
    ).toArray().map(({ id, hook, body, attempts, settings, secret }) => ({
      id,
      hook,
      url: (JSON.parse(settings) as NewHook).url,
      sealedSecret: secret,
      body,
      attempts,
    }));
  }

  /** When the next delivery is due, if ever. */
  nextMs(): number | undefined {
    const [row] = this.#sql.exec<{ next: number | null }>('SELECT MIN(next_ms) AS next FROM deliveries')
      .toArray();
    return row?.next ?? undefined;
  }

  delivered({ id, hook }: DueDelivery, result: string): void {
    this.#sql.exec('DELETE FROM deliveries WHERE id = ?', id);
    this.setResult(hook, result);
  }

  /** Tried again after a pause with some chance in it (0 to 1), or given up. */
  failed({ id, hook, attempts }: DueDelivery, result: string, nowMs: number, chance: number): void {
    const pauseMs = RETRY_AFTER_MS[attempts];
    this.#sql.exec(
      'UPDATE deliveries SET attempts = ?, next_ms = ?, last_result = ? WHERE id = ?',
      attempts + 1,
      pauseMs === undefined ? null : Math.round(nowMs + pauseMs * (1 + chance / 5)),
      result,
      id,
    );
    this.setResult(hook, result);
    if (pauseMs === undefined) this.#trim(hook, 'next_ms IS NULL', MOST_DEAD);
  }

  setResult(hook: string, result: string): void {
    this.#sql.exec('UPDATE hooks SET last_result = ? WHERE id = ?', result, hook);
  }

  /** Newest first. */
  dead(hook: string): DeadDelivery[] {
    return this.#sql.exec<DeliveryRow>(
      'SELECT * FROM deliveries WHERE hook = ? AND next_ms IS NULL ORDER BY rowid DESC',
      hook,
    ).toArray().map(({ id, body, attempts, last_result }) => {
      const { type, timestamp } = JSON.parse(body) as HookPayload;
      return { id, type, happenedAt: timestamp, attempts, lastResult: last_result };
    });
  }

  /** Sends it once more, from the first pause on; false when there is no such delivery. */
  revive(hook: string, id: string, nowMs: number): boolean {
    if (!this.dead(hook).some((one) => one.id === id)) return false;
    this.#sql.exec('UPDATE deliveries SET attempts = 0, next_ms = ? WHERE id = ?', nowMs, id);
    return true;
  }

  /** Forgets what was given up. */
  bury(hook: string): void {
    this.#sql.exec('DELETE FROM deliveries WHERE hook = ? AND next_ms IS NULL', hook);
  }

  #rows(): HookRow[] {
    return this.#sql.exec<HookRow>('SELECT * FROM hooks ORDER BY created_at, id').toArray();
  }

  #resourceOf(row: HookRow): HookResource {
    const [counts] = this.#sql.exec<{ waiting: number; dead: number }>(
      'SELECT COUNT(next_ms) AS waiting, COUNT(*) - COUNT(next_ms) AS dead FROM deliveries WHERE hook = ?',
      row.id,
    ).toArray();
    return {
      id: row.id,
      ...settingsOf(row),
      createdAt: row.created_at,
      waiting: counts?.waiting ?? 0,
      dead: counts?.dead ?? 0,
      lastResult: row.last_result,
    };
  }

  #trim(hook: string, which: 'next_ms IS NOT NULL' | 'next_ms IS NULL', most: number): void {
    this.#sql.exec(
      `DELETE FROM deliveries WHERE rowid IN (SELECT rowid FROM deliveries WHERE hook = ? AND ${which}
        ORDER BY rowid DESC LIMIT -1 OFFSET ?)`,
      hook,
      most,
    );
  }
}

function settingsOf(row: HookRow): NewHook {
  return JSON.parse(row.settings) as NewHook;
}
