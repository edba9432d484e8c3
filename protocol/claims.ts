/**
 * What tokens say: JWTs (RFC 7519) signed by EdDSA (RFC 8037), whose public keys stand at `/.well-known/jwks.json`.
 * Playback tokens may also come from issuers that an admin registered by their JWKS address.
 */
import * as v from 'valibot';
import { ChannelName } from './channel.ts';
import { Sites } from './site.ts';

export const ADMIN_AUDIENCE = 'shoal-admin';
export const PLAYBACK_AUDIENCE = 'shoal-playback';
/** `iss` of the tokens that Shoal signs itself. */
export const OWN_ISSUER = 'shoal';
/** Longest token that is read, in characters. */
export const MAX_TOKEN_LENGTH = 4096;

/**
 * owner: everything. operator: channels, stream keys, kick and ban, playback tokens; not secrets, roles, tenants.
 * reports: reads channels, statistics and visits, changes nothing.
 */
export const Role = v.picklist(['owner', 'operator', 'reports']);
export type Role = v.InferOutput<typeof Role>;

const RANK: Record<Role, number> = { reports: 0, operator: 1, owner: 2 };

/** Whether one role may do what another one may. */
export function roleCovers(role: Role, wanted: Role): boolean {
  return RANK[role] >= RANK[wanted];
}

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e11));
/** Names of people, tenants and viewers: anything printable, as it stands in lists and logs. */
export const Subject = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(128),
  v.regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters'),
);
export const TenantName = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a tenant name'));

export const AdminClaims = v.object({
  sub: Subject,
  role: Role,
  /** A tenant's token sees the channels that the tenant leases, and no others. */
  tenant: v.optional(TenantName),
  exp: seconds,
});
export type AdminClaims = v.InferOutput<typeof AdminClaims>;

export const PlaybackClaims = v.object({
  channel: ChannelName,
  /** Seconds since 1970. */
  exp: seconds,
  nbf: v.optional(seconds),
  /** Viewer id: bans, visits and device limits go by it. */
  sub: v.optional(Subject),
  /** Most sessions of this viewer at a time; needs `sub`. */
  devices: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  /** Sites whose pages may use the token; absent or empty: any. */
  sites: v.optional(Sites, []),
  /** Whose viewer this is, where the channel is leased. */
  tenant: v.optional(TenantName),
});
export type PlaybackClaims = v.InferOutput<typeof PlaybackClaims>;

/** Why somebody may not watch: `error.code` of the join, of licenses and of `/hls`, and `code` of `kicked`. */
export const PLAYBACK_REFUSALS = {
  'token-missing': 'This channel needs a token, and none was given.',
  'token-expired': 'The token has expired.',
  'token-not-yet': 'The token is not valid yet.',
  'token-invalid': 'The token is not valid: it is damaged, or nobody we trust signed it.',
  'token-not-for-channel': 'The token is for another channel.',
  'site-not-allowed': 'This channel may not be watched on this site.',
  'too-many-devices': 'This viewer is watching on as many devices as the token allows.',
  'lease-ended': 'The lease of this channel has ended.',
  'quota-reached': 'This channel has as many viewers as its lease allows.',
  'banned': 'This viewer is banned from the channel.',
  'kicked': 'An operator ended this visit.',
  'rate-limited': 'Too many attempts from this address: wait a little.',
  'hls-not-allowed': 'Plain HLS is not available for this channel; the player is.',
} as const;
export type PlaybackRefusal = keyof typeof PLAYBACK_REFUSALS;
