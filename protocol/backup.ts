/**
 * `GET /api/backup` and `POST /api/restore`: everything an admin has set, as one JSON document. It holds no secret in
 * plain: stream keys as hashes, webhook secrets sealed by the edge's secret (without which they have to be reset),
 * signing keys by their ids. What was measured (visits, history, use) is not in it.
 */
import * as v from 'valibot';
import { NewIssuer, StreamKeyLabel } from './access.ts';
import { BoxSettings } from './box.ts';
import { ChannelName, ChannelSettings } from './channel.ts';
import { TenantName } from './claims.ts';
import { NewLease } from './lease.ts';
import { NewSource } from './source.ts';
import { NewHook } from './webhook.ts';

const Instant = v.pipe(v.string(), v.isoTimestamp('must be a time, as "2026-12-01T20:00:00Z"'));
const Id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an id'));
const Ms = v.pipe(v.number(), v.minValue(0));
const Title = v.pipe(v.string(), v.maxLength(200));
/** A document of a later Shoal names its version. */
export const BACKUP_VERSION = 1;

export const ChannelBackup = v.object({
  name: ChannelName,
  title: Title,
  settings: ChannelSettings,
  createdAt: Instant,
  keys: v.pipe(
    v.array(v.object({
      id: Id,
      label: StreamKeyLabel,
      disabled: v.boolean(),
      createdAt: Instant,
      /** SHA-256 in hex. */
      hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')),
    })),
    v.maxLength(20),
  ),
});
export type ChannelBackup = v.InferOutput<typeof ChannelBackup>;

export const DirectoryBackup = v.object({
  channels: v.pipe(v.array(ChannelBackup), v.maxLength(10_000)),
  issuers: v.pipe(v.array(v.object({ ...NewIssuer.entries, createdAt: Instant })), v.maxLength(50)),
  signingKeys: v.pipe(
    v.array(v.object({ id: Id, createdAtMs: Ms, retiresAtMs: v.nullable(Ms) })),
    v.maxLength(8),
  ),
  /** Channels whose input is another Shoal's; the token is sealed, empty: none. */
  sources: v.pipe(
    v.array(v.object({
      channel: ChannelName,
      url: NewSource.entries.url,
      sealedToken: v.pipe(v.string(), v.maxLength(8000)),
      createdAt: Instant,
    })),
    v.maxLength(10_000),
  ),
});
export type DirectoryBackup = v.InferOutput<typeof DirectoryBackup>;

export const TenantBackup = v.object({
  name: TenantName,
  title: Title,
  note: v.pipe(v.string(), v.maxLength(1000)),
  createdAt: Instant,
});
export type TenantBackup = v.InferOutput<typeof TenantBackup>;

export const LeaseBackup = v.object({
  ...NewLease.entries,
  id: Id,
  createdAtMs: Ms,
  revokedAtMs: v.optional(Ms),
});
export type LeaseBackup = v.InferOutput<typeof LeaseBackup>;

export const HookBackup = v.object({
  ...NewHook.entries,
  id: Id,
  createdAt: Instant,
  sealedSecret: v.pipe(v.string(), v.maxLength(500)),
});
export type HookBackup = v.InferOutput<typeof HookBackup>;

export const Backup = v.object({
  version: v.literal(BACKUP_VERSION, `must be ${BACKUP_VERSION}: this document is of another Shoal`),
  createdAt: Instant,
  /** What holds for the whole box. */
  box: BoxSettings,
  ...DirectoryBackup.entries,
  tenants: v.pipe(v.array(TenantBackup), v.maxLength(1000)),
  leases: v.pipe(v.array(LeaseBackup), v.maxLength(3000)),
  webhooks: v.pipe(v.array(HookBackup), v.maxLength(100)),
});
export type Backup = v.InferOutput<typeof Backup>;

/** Answer of a restore: how many of each are there now by it. */
export interface Restored {
  channels: number;
  tenants: number;
  leases: number;
  webhooks: number;
}
