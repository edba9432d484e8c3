/** API resources of access: signing keys, issuers, tokens, stream keys, bans. */
import * as v from 'valibot';
import { ChannelName } from './channel.ts';
import { MAX_TOKEN_LENGTH, OWN_ISSUER, Role, Subject, TenantName } from './claims.ts';
import { Sites } from './site.ts';

const DAY_S = 86_400;
const ttl = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

/** Body of `POST /api/channels/:name/tokens`: a playback token. */
export const NewPlaybackToken = v.pipe(
  v.object({
    /** How long it is good for, in seconds. */
    ttlS: v.optional(ttl(366 * DAY_S), 3600),
    /** Not valid before, seconds since 1970. */
    notBeforeS: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e11))),
    /** Viewer id. */
    viewer: v.optional(Subject),
    /** Most devices at a time; needs `viewer`. */
    devices: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
    sites: v.optional(Sites, []),
    tenant: v.optional(TenantName),
  }),
  v.forward(
    v.partialCheck(
      [['viewer'], ['devices']],
      ({ viewer, devices }) => devices === undefined || viewer !== undefined,
      'needs a viewer',
    ),
    ['devices'],
  ),
);
export type NewPlaybackToken = v.InferOutput<typeof NewPlaybackToken>;

/** Body of `POST /api/tokens`: an admin token. */
export const NewAdminToken = v.object({
  /** Whose it is: stands in the audit log. */
  subject: Subject,
  role: Role,
  tenant: v.optional(TenantName),
  ttlS: v.optional(ttl(31 * DAY_S), DAY_S),
});
export type NewAdminToken = v.InferOutput<typeof NewAdminToken>;

/** Answer of both. */
export interface IssuedToken {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** Body of `POST /api/tokens/check`. */
export const TokenToCheck = v.object({
  token: v.pipe(v.string(), v.maxLength(MAX_TOKEN_LENGTH)),
  /** Channel that a playback token is to be good for; absent: the one that it names. */
  channel: v.optional(ChannelName),
});

/** Answer of `POST /api/tokens/check`: what a token says, and whether it is believed. */
export interface TokenReport {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  valid: boolean;
  /** Why it is not, as a code of PLAYBACK_REFUSALS with its sentence. */
  code?: string;
  message?: string;
}

/** `/api/keys`: a key that signs, or did and is still believed. */
export interface SigningKeyResource {
  /** `kid` of its tokens. */
  id: string;
  createdAt: string;
  /** When its tokens end; absent: it is the one that signs. */
  retiresAt?: string;
}

/** Body of `POST /api/keys/rotate`. */
export const KeyRotation = v.object({
  /** How long tokens of the old key stay good, in seconds; 0 ends them at once. */
  overlapS: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(400 * DAY_S)), DAY_S),
});

/** Body of `PUT /api/issuers`: somebody else who may sign playback tokens. */
export const NewIssuer = v.object({
  /** `iss` of its tokens. */
  issuer: v.pipe(v.string(), v.minLength(1), v.maxLength(300), v.notValue(OWN_ISSUER, 'must not be "shoal"')),
  /** Where its public keys stand (RFC 7517). */
  jwksUrl: v.pipe(v.string(), v.maxLength(500), v.url('must be a URL')),
  /** Channels that it may issue for; empty: all. */
  channels: v.optional(v.pipe(v.array(ChannelName), v.maxLength(1000)), []),
});
export type Issuer = v.InferOutput<typeof NewIssuer> & { createdAt: string };

/** `/api/channels/:name/keys`: a stream key; the key itself is shown once, when it is made or reset. */
export interface StreamKeyResource {
  id: string;
  label: string;
  disabled: boolean;
  createdAt: string;
}

export const StreamKeyLabel = v.pipe(v.string(), v.maxLength(100));
/** Body of `POST /api/channels/:name/keys`. */
export const NewStreamKey = v.object({ label: v.optional(StreamKeyLabel, '') });
/** Body of `PATCH /api/channels/:name/keys/:id`. */
export const StreamKeyEdit = v.object({
  label: v.optional(StreamKeyLabel),
  disabled: v.optional(v.boolean()),
});

/** Body of a kick or ban. */
export const Expulsion = v.object({
  /** Told to the viewer. */
  reason: v.optional(v.pipe(v.string(), v.maxLength(200)), ''),
  /** Bans: how long, in seconds; absent: until lifted. */
  ttlS: v.optional(ttl(3660 * DAY_S)),
  /** Of an encrypted channel: changes its keys at once, since the viewer may hold the next one already. */
  rotateKeys: v.optional(v.boolean(), false),
});

/** Body of `POST /api/channels/:name/bans`: a ban of a viewer id, whether it watches or not. */
export const NewBan = v.object({ ...Expulsion.entries, viewer: Subject });

/** `/api/channels/:name/bans`. */
export interface BanResource {
  id: string;
  /** Peer that was banned; its id follows from a key of its own. */
  peerId?: string;
  /** Viewer id of its token. */
  viewer?: string;
  reason: string;
  /** Who banned. */
  by: string;
  createdAt: string;
  /** Absent: until lifted. */
  endsAt?: string;
}

/**
 * Body of `POST /api/channels/:name/keys/rotate`. `revoke`: throws the key to come away as well, which viewers hold
 * already; for a ban.
 */
export const ContentKeyRotation = v.object({ revoke: v.optional(v.boolean(), false) });
