/** The Directory's table of channels: names, settings, stream keys (hashes only), last known state, use. */
import { type ChannelResource, type ChannelSettings, DEFAULT_SETTINGS } from '../../protocol/channel.ts';
import { addUse, type EdgeUse, emptyUse } from '../report/edge-use.ts';

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
  use: string;
  origin: string;
};

const IDLE: KnownState = { state: 'idle', reason: 'nobody has published yet' };

export class ChannelBook {
  #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS channels (
      name TEXT PRIMARY KEY, title TEXT NOT NULL, settings TEXT NOT NULL, created_at TEXT NOT NULL,
      known TEXT NOT NULL, use TEXT NOT NULL, origin TEXT NOT NULL DEFAULT '')`);
    sql.exec(`CREATE TABLE IF NOT EXISTS stream_keys (
      key_id TEXT PRIMARY KEY, channel TEXT NOT NULL, hash TEXT NOT NULL, created_at TEXT NOT NULL)`);
  }

  /** False when the name is taken. */
  create(name: string, title: string, settings: ChannelSettings, createdAt: string): boolean {
    if (this.get(name)) return false;
    this.#sql.exec(
      'INSERT INTO channels (name, title, settings, created_at, known, use) VALUES (?, ?, ?, ?, ?, ?)',
      name,
      title,
      JSON.stringify(settings),
      createdAt,
      JSON.stringify(IDLE),
      JSON.stringify(emptyUse()),
    );
    return true;
  }

  get(name: string): ChannelResource | undefined {
    const [row] = this.#sql.exec<Row>('SELECT * FROM channels WHERE name = ?', name).toArray();
    return row && resourceOf(row);
  }

  list(): ChannelResource[] {
    return this.#sql.exec<Row>('SELECT * FROM channels ORDER BY name').toArray().map(resourceOf);
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
    this.#sql.exec('DELETE FROM stream_keys WHERE channel = ?', name);
  }

  /** Puts this key in the place of all others of the channel. */
  setKey(channel: string, keyId: string, hash: string, createdAt: string): void {
    this.#sql.exec('DELETE FROM stream_keys WHERE channel = ?', channel);
    this.#sql.exec('INSERT INTO stream_keys VALUES (?, ?, ?, ?)', keyId, channel, hash, createdAt);
  }

  /** Identity of the key with this hash; the hash is of a random key, so the lookup tells a guesser nothing. */
  keyId(channel: string, hash: string): string | undefined {
    const [row] = this.#sql
      .exec<{ key_id: string }>(
        'SELECT key_id FROM stream_keys WHERE channel = ? AND hash = ?',
        channel,
        hash,
      )
      .toArray();
    return row?.key_id;
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

  /** Channels that are live by this origin, or by any. */
  liveBy(origin?: string): { name: string; origin: string }[] {
    return this.#sql.exec<Row>('SELECT * FROM channels').toArray()
      .filter((row) => (JSON.parse(row.known) as KnownState).state === 'live')
      .filter((row) => origin === undefined || row.origin === origin)
      .map((row) => ({ name: row.name, origin: row.origin }));
  }

  addUse(name: string, use: EdgeUse): void {
    const [row] = this.#sql.exec<Row>('SELECT * FROM channels WHERE name = ?', name).toArray();
    if (!row) return;
    const total = JSON.parse(row.use) as EdgeUse;
    addUse(total, use);
    this.#sql.exec('UPDATE channels SET use = ? WHERE name = ?', JSON.stringify(total), name);
  }

  useOf(name: string): EdgeUse {
    const [row] = this.#sql.exec<Row>('SELECT * FROM channels WHERE name = ?', name).toArray();
    return row ? JSON.parse(row.use) as EdgeUse : emptyUse();
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
