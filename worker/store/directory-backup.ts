/** The Directory's tables as a backup has them, and back. Names that exist are overwritten, others stay. */
import type { ChannelBackup, DirectoryBackup } from '../../protocol/backup.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { Sql } from './channel-book.ts';
import { IssuerBook } from './issuers.ts';

type ChannelRow = { name: string; title: string; settings: string; created_at: string };
type KeyRow = {
  key_id: string;
  channel: string;
  hash: string;
  created_at: string;
  label: string;
  disabled: number;
};
type SourceRow = { channel: string; url: string; token: string; created_at: string };
type SigningRow = { id: string; created_at: number; retires_at: number | null };

export function backupDirectory(sql: Sql): DirectoryBackup {
  const keys = Map.groupBy(
    sql.exec<KeyRow>('SELECT * FROM stream_keys ORDER BY rowid').toArray(),
    ({ channel }) => channel,
  );
  return {
    channels: sql.exec<ChannelRow>('SELECT * FROM channels ORDER BY name').toArray().map((row) => ({
      name: row.name,
      title: row.title,
      settings: JSON.parse(row.settings) as ChannelSettings,
      createdAt: row.created_at,
      keys: (keys.get(row.name) ?? []).map(({ key_id, hash, created_at, label, disabled }) => ({
        id: key_id,
        label,
        disabled: disabled !== 0,
        createdAt: created_at,
        hash,
      })),
    })),
    issuers: new IssuerBook(sql).list(),
    sources: sql.exec<SourceRow>('SELECT * FROM sources ORDER BY channel').toArray()
      .map(({ channel, url, token, created_at }) => ({
        channel,
        url,
        sealedToken: token,
        createdAt: created_at,
      })),
    signingKeys: sql.exec<SigningRow>('SELECT * FROM signing_keys ORDER BY rowid').toArray()
      .map(({ id, created_at, retires_at }) => ({ id, createdAtMs: created_at, retiresAtMs: retires_at })),
  };
}

/** The keys of a channel; those it had are gone. */
export function restoreStreamKeys(sql: Sql, { name, keys }: ChannelBackup): void {
  sql.exec('DELETE FROM stream_keys WHERE channel = ?', name);
  for (const { id, label, disabled, createdAt, hash } of keys) {
    sql.exec(
      `INSERT OR REPLACE INTO stream_keys (key_id, channel, hash, created_at, label, disabled)
        VALUES (?, ?, ?, ?, ?, ?)`,
      id,
      name,
      hash,
      createdAt,
      label,
      disabled ? 1 : 0,
    );
  }
}

/** Sources; who pulls them is told by the Directory. */
export function restoreSources(sql: Sql, { sources }: DirectoryBackup): void {
  for (const { channel, url, sealedToken, createdAt } of sources) {
    sql.exec('INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)', channel, url, sealedToken, createdAt);
  }
}

/** Issuers, and the signing keys in the place of those there are: tokens of then are good again. */
export function restoreKeys(sql: Sql, { issuers, signingKeys }: DirectoryBackup): void {
  const book = new IssuerBook(sql);
  for (const issuer of issuers) book.put(issuer);
  if (signingKeys.length === 0) return;
  sql.exec('DELETE FROM signing_keys');
  for (const { id, createdAtMs, retiresAtMs } of signingKeys) {
    sql.exec('INSERT OR REPLACE INTO signing_keys VALUES (?, ?, ?)', id, createdAtMs, retiresAtMs);
  }
}
