/** The Directory's table of stream keys: hashes only. The keys are random, so a plain SHA-256 is as good as any hash. */
import type { StreamKeyResource } from '../../protocol/access.ts';
import { equalSecrets } from '../access/keys.ts';
import type { Sql } from './channel-book.ts';

/** Most keys of one channel: each is compared when an encoder comes. */
export const MOST_STREAM_KEYS = 20;

type Row = {
  key_id: string;
  channel: string;
  hash: string;
  created_at: string;
  label: string;
  disabled: number;
};

export class StreamKeyBook {
  #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS stream_keys (
      key_id TEXT PRIMARY KEY, channel TEXT NOT NULL, hash TEXT NOT NULL, created_at TEXT NOT NULL)`);
    const known = sql.exec<{ name: string }>('PRAGMA table_info(stream_keys)').toArray();
    // Storage of an older Shoal, whose channels had one key each.
    if (!known.some(({ name }) => name === 'label')) {
      sql.exec(`ALTER TABLE stream_keys ADD COLUMN label TEXT NOT NULL DEFAULT ''`);
      sql.exec('ALTER TABLE stream_keys ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0');
    }
  }

  list(channel: string): StreamKeyResource[] {
    return this.#rows(channel).map((row) => ({
      id: row.key_id,
      label: row.label,
      disabled: row.disabled !== 0,
      createdAt: row.created_at,
    }));
  }

  get(channel: string, id: string): StreamKeyResource | undefined {
    return this.list(channel).find((key) => key.id === id);
  }

  /** False: the channel has as many keys as it may. */
  add(channel: string, id: string, hash: string, label: string, createdAt: string): boolean {
    if (this.#rows(channel).length >= MOST_STREAM_KEYS) return false;
    this.#sql.exec(
      'INSERT INTO stream_keys (key_id, channel, hash, created_at, label) VALUES (?, ?, ?, ?, ?)',
      id,
      channel,
      hash,
      createdAt,
      label,
    );
    return true;
  }

  /** Another key under the same id and label. */
  reset(channel: string, id: string, hash: string, createdAt: string): void {
    this.#sql.exec(
      'UPDATE stream_keys SET hash = ?, created_at = ? WHERE channel = ? AND key_id = ?',
      hash,
      createdAt,
      channel,
      id,
    );
  }

  edit(channel: string, id: string, label: string, disabled: boolean): void {
    this.#sql.exec(
      'UPDATE stream_keys SET label = ?, disabled = ? WHERE channel = ? AND key_id = ?',
      label,
      disabled ? 1 : 0,
      channel,
      id,
    );
  }

  remove(channel: string, id: string): void {
    this.#sql.exec('DELETE FROM stream_keys WHERE channel = ? AND key_id = ?', channel, id);
  }

  removeAll(channel: string): void {
    this.#sql.exec('DELETE FROM stream_keys WHERE channel = ?', channel);
  }

  /** Id of the key with this hash, unless it is disabled. Takes the same time whichever key it is, or none. */
  async keyId(channel: string, hash: string): Promise<string | undefined> {
    let found: string | undefined;
    for (const row of this.#rows(channel)) {
      if (await equalSecrets(row.hash, hash) && row.disabled === 0) found = row.key_id;
    }
    return found;
  }

  #rows(channel: string): Row[] {
    return this.#sql.exec<Row>('SELECT * FROM stream_keys WHERE channel = ? ORDER BY rowid', channel)
      .toArray();
  }
}
