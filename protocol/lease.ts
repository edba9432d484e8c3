/** Rental: tenants, the leases they hold of channels, and what was used. All times of the API are ISO 8601 in UTC. */
import * as v from 'valibot';
import { ChannelName } from './channel.ts';
import { TenantName } from './claims.ts';
import { PageQuery } from './page.ts';
import { Sites } from './site.ts';

const Title = v.pipe(v.string(), v.maxLength(200));
const Note = v.pipe(v.string(), v.maxLength(1000));

/** Who rents. */
export const NewTenant = v.object({
  name: TenantName,
  title: v.optional(Title),
  /** Contact, contract number: for the owner's eyes only. */
  note: v.optional(Note, ''),
});
export const TenantEdit = v.object({ title: v.optional(Title), note: v.optional(Note) });

/** `/api/tenants/:name`. */
export interface TenantResource {
  name: string;
  title: string;
  note: string;
  createdAt: string;
}

/**
 * `channel`: the tenant has the channel to himself; everybody who watches it is his viewer, and when the lease is
 * over the channel is stopped. `share`: the tenant shows a channel that others watch too; only who comes by his
 * tokens or through his sites is his viewer.
 */
export const LeaseKind = v.picklist(['channel', 'share']);
export type LeaseKind = v.InferOutput<typeof LeaseKind>;

const Instant = v.pipe(v.string(), v.isoTimestamp('must be a time, as "2026-12-01T20:00:00Z"'));

const terms = {
  from: Instant,
  until: Instant,
  /** Most viewers at once; null: any number. */
  viewerQuota: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000_000))),
  /** Most media delivered to the lease's viewers in all, in gigabytes (1e9 bytes); null: any amount. */
  bandwidthGB: v.nullable(v.pipe(v.number(), v.minValue(0.001), v.maxValue(1_000_000_000))),
  /** Where the tenant may show it; empty: anywhere. */
  sites: Sites,
  priceNote: Note,
};

export const NewLease = v.object({
  channel: ChannelName,
  tenant: TenantName,
  kind: v.optional(LeaseKind, 'share'),
  from: terms.from,
  until: terms.until,
  viewerQuota: v.optional(terms.viewerQuota, null),
  bandwidthGB: v.optional(terms.bandwidthGB, null),
  sites: v.optional(terms.sites, []),
  priceNote: v.optional(terms.priceNote, ''),
});
export type NewLease = v.InferOutput<typeof NewLease>;
/** The same below `/api/channels/:name/leases`, whose channel stands in the path. */
export const NewLeaseOfChannel = v.omit(NewLease, ['channel']);

export const LeaseEdit = v.partial(v.object(terms));
export type LeaseEdit = v.InferOutput<typeof LeaseEdit>;

const filter = v.optional(v.pipe(v.string(), v.maxLength(100)));
/** Which leases: of a channel, of a tenant, or of both. */
export const LeaseFilter = v.object({ channel: filter, tenant: filter });
export type LeaseFilter = v.InferOutput<typeof LeaseFilter>;
export const LeaseQuery = v.object({ ...PageQuery.entries, ...LeaseFilter.entries });

/** upcoming -> current (-> spent, when the bandwidth is used up) -> ended, or revoked at any time before. */
export type LeaseState = 'upcoming' | 'current' | 'spent' | 'ended' | 'revoked';

/** Sums of a lease, or of one day of it. */
export interface LeaseUse {
  /** Times that somebody began to watch. */
  visits: number;
  /** Most viewers at once. */
  peakViewers: number;
  viewerSeconds: number;
  /**
   * Media delivered, as a content network would bill it: time watched times the broadcast's bitrate, whoever
   * delivered it. Counted by the edge from seats taken, so no viewer's report changes it.
   */
  deliveredBytes: number;
}

/** `/api/leases/:id`. */
export interface LeaseResource extends NewLease {
  id: string;
  state: LeaseState;
  createdAt: string;
  /** Present once it is over before its time. */
  revokedAt?: string;
  viewersNow: number;
  use: LeaseUse;
}

/** One day (UTC) of a lease's use. */
export interface LeaseDay extends LeaseUse {
  /** As `2026-12-01`. */
  day: string;
}

/** A lease as the join card and the license check know it: only what a verdict needs. */
export interface LeaseTerms {
  id: string;
  tenant: string;
  kind: LeaseKind;
  fromMs: number;
  untilMs: number;
  viewerQuota: number | null;
  sites: string[];
  /** Its bandwidth is used up. */
  spent: boolean;
  /** Viewers as last counted. */
  viewers: number;
}

export function emptyLeaseUse(): LeaseUse {
  return { visits: 0, peakViewers: 0, viewerSeconds: 0, deliveredBytes: 0 };
}
