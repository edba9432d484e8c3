/** The Directory's table of channels: names, settings, last known state, use. */
import { type ChannelResource, type ChannelSettings, DEFAULT_SETTINGS } from '../../protocol/channel.ts';
import type { Page, SearchQuery } from '../../protocol/page.ts';

/** What of a storage this needs: Durable Object SQL. */
export interface Sql {
  exec<Row extends Record<string, string | number | null | ArrayBuffer>>(
    query: string,
    ...values: (string | number | null)[]
  ): { toArray(): Row[] };
}

/** State as last told by the Channel object. */
export type KnownState = Pick<ChannelResource, 'state' | 'reason' | 'broadcast'>;

type Row = {
  name: string;
  title: string;
  settings: string;
  created_at: string;
  known: string;
  origin: string;
};

const IDLE: KnownState = { state: 'idle', reason: 'nobody has published yet' };

export class ChannelBook {
  #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS channels (
      name TEXT PRIMARY KEY, title TEXT NOT NULL, settings TEXT NOT NULL, created_at TEXT NOT NULL,
      known TEXT NOT NULL, origin TEXT NOT NULL DEFAULT '')`);
  }

  /** False when the name is taken. */
  create(name: string, title: string, settings: ChannelSettings, createdAt: string): boolean {
    if (this.get(name)) return false;
    this.#sql.exec(
      'INSERT INTO channels (name, title, settings, created_at, known) VALUES (?, ?, ?, ?, ?)',
      name,
      title,
      JSON.stringify(settings),
      createdAt,
      JSON.stringify(IDLE),
    );
    return true;
  }

  get(name: string): ChannelResource | undefined {
    const [row] = this.#sql.exec<Row>('SELECT * FROM channels WHERE name = ?', name).toArray();
    return row && resourceOf(row);
  }

  page({ limit, after = '', query }: SearchQuery, only?: string[]): Page<ChannelResource> {
    const text = `%${query.replaceAll(/[\\%_]/g, '\\$&')}%`;
    const rows = this.#sql.exec<Row>(
      `SELECT * FROM channels
       WHERE name > ?1 AND (name LIKE ?2 ESCAPE '\\' OR title LIKE ?2 ESCAPE '\\')
         AND (?3 IS NULL OR name IN (SELECT value FROM json_each(?3)))
       ORDER BY name LIMIT ?4`,
      after,
      text,
      only ? JSON.stringify(only) : null,
      limit + 1,
    ).toArray();
    const items = rows.slice(0, limit).map(resourceOf);
    return { items, ...(rows.length > limit ? { next: items[limit - 1]!.name } : {}) };
  }

  edit(name: string, title: string, settings: ChannelSettings): void {
    this.#sql.exec(
      'UPDATE channels SET title = ?, settings = ? WHERE name = ?',
      title,
      JSON.stringify(settings),
      name,
    );
  }

  remove(name: string): void {
    this.#sql.exec('DELETE FROM channels WHERE name = ?', name);
  }

  setState(name: string, known: KnownState): void {
    this.#sql.exec('UPDATE channels SET known = ? WHERE name = ?', JSON.stringify(known), name);
  }

  /** Remembers which origin publishes the channel; empty: none. */
  setOrigin(name: string, origin: string): void {
    this.#sql.exec('UPDATE channels SET origin = ? WHERE name = ?', origin, name);
  }

  originOf(name: string): string {
    const [row] = this.#sql.exec<Row>('SELECT * FROM channels WHERE name = ?', name).toArray();
    return row?.origin ?? '';
  }

  /** Channels that are live, with their own egress caps. */
  live(): { name: string; capKbps: number | null }[] {
    return this.#sql.exec<{ name: string; cap: number | null }>(
      `SELECT name, json_extract(settings, '$.egressCapKbps') AS cap FROM channels
       WHERE json_extract(known, '$.state') = 'live'`,
    ).toArray().map(({ name, cap }) => ({ name, capKbps: cap }));
  }

  /** Channels that are live by this origin, or by any. */
  liveBy(origin?: string): { name: string; origin: string }[] {
    return this.#sql.exec<Row>(`SELECT * FROM channels WHERE json_extract(known, '$.state') = 'live'`)
      .toArray()
      .filter((row) => origin === undefined || row.origin === origin)
      .map((row) => ({ name: row.name, origin: row.origin }));
  }
}

function resourceOf(row: Row): ChannelResource {
  return {
    name: row.name,
    title: row.title,
    ...(JSON.parse(row.known) as KnownState),
    // One that was stored by an older Shoal lacks what was added since.
    settings: { ...DEFAULT_SETTINGS, ...JSON.parse(row.settings) as Partial<ChannelSettings> },
    createdAt: row.created_at,
  };
}
