/** A channel as the API and the parts of Shoal speak of it. */
import * as v from 'valibot';
import { CHANNEL_NAME, CHANNEL_NAME_RULE, P2P_POLICIES } from './names.ts';
import { LATENCY_TARGET_MS, UPLOAD_RATIO, WINDOW_S } from './playback-defaults.ts';
import { Drm } from './keys.ts';
import { LadderRungs } from './ladder.ts';
import { Sites } from './site.ts';

/** 1 to 63 of a-z, 0-9 and `-`, beginning with a letter or digit: it stands in URLs and in RTMP stream names. */
export const ChannelName = v.pipe(
  v.string(),
  v.regex(CHANNEL_NAME, CHANNEL_NAME_RULE),
);

/**
 * idle -> live -> lost (the encoder is gone, within the reconnect window) -> idle. stopped: publishing is refused
 * until start.
 */
export const ChannelState = v.picklist(['idle', 'live', 'lost', 'stopped']);
export type ChannelState = v.InferOutput<typeof ChannelState>;

/** Upload policy of a channel's viewers: `relay` shows no viewer's address to another. */
export const P2pPolicy = v.picklist(P2P_POLICIES);
export type P2pPolicy = v.InferOutput<typeof P2pPolicy>;

export const IpPolicy = v.picklist(['masked', 'full', 'none']);
export type IpPolicy = v.InferOutput<typeof IpPolicy>;

const kbps = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000_000));

/** What an admin may set; every field has a default, so `{}` is a whole setting. */
export const ChannelSettings = v.object({
  /** Media that the edge may send for this channel; null: no cap. */
  egressCapKbps: v.optional(v.nullable(kbps), null),
  /** Seconds of the stream that origin, edge and peers hold. */
  windowS: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(120)), WINDOW_S),
  /** How long a dropped encoder may stay away and come back into the same broadcast. */
  reconnectWindowS: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(600)), 30),
  /** Target duration of a video piece. */
  pieceMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(40), v.maxValue(1000)), 100),
  p2p: v.optional(P2pPolicy, 'on'),
  /** Most a viewer gives, as a multiple of the stream's bitrate. */
  uploadRatio: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(20)), UPLOAD_RATIO),
  /** What viewers may take through TURN, all together; null: no limit. Spent: no relays, the edge instead. */
  turnBudgetKbps: v.optional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000_000))),
    null,
  ),
  /** How far behind the live edge players aim to be. */
  latencyTargetMs: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(300), v.maxValue(20_000)),
    LATENCY_TARGET_MS,
  ),
  /** How shards are fed: through a backbone of bridge peers, or by seeds in every shard. */
  feedMode: v.optional(v.picklist(['backbone', 'edge-seeded']), 'backbone'),
  /** Most viewers of one shard. */
  shardSize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(5000)), 2000),
  /** Record every broadcast and offer it as a replay (docs/replay.md). */
  record: v.optional(v.boolean(), false),
  /** Lower renditions, made by the origin with ffmpeg from the next broadcast on (docs/ladder.md); empty: none. */
  ladder: v.optional(LadderRungs, []),
  /** Plain HLS for stock players; null: on without an egress cap, off with one. */
  hls: v.optional(v.nullable(v.boolean()), null),
  /** Encryption of the media (docs/drm.md); a change ends the broadcast, the encoder comes back into a new one. */
  drm: v.optional(Drm, 'off'),
  /** How long a content key is in use, seconds. */
  keyPeriodS: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(86_400)), 3600),
  /** Who may watch: everybody, or who holds a playback token (claims.ts). */
  access: v.optional(v.picklist(['public', 'token']), 'public'),
  /** Sites that may embed the channel; empty: any. The edge's own pages always may. */
  sites: v.optional(Sites, []),
  /** Whether a playback token opens plain HLS of a channel whose access is by token; without it /hls answers 403. */
  hlsByToken: v.optional(v.boolean(), false),
  /** What reports show and keep of viewers' addresses; masked: IPv4 without its last byte, IPv6 its first 48 bits. */
  ipPolicy: v.optional(IpPolicy, 'masked'),
  /** How long visits are kept; 0: none are written. */
  visitDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3660)), 90),
});
export type ChannelSettings = v.InferOutput<typeof ChannelSettings>;
export const DEFAULT_SETTINGS: Readonly<ChannelSettings> = v.parse(ChannelSettings, {});

/** `/api/channels/:name`. */
export interface ChannelResource {
  name: string;
  title: string;
  state: ChannelState;
  /** Why the channel is in this state, for a person. */
  reason: string;
  settings: ChannelSettings;
  createdAt: string;
  /** Present while live or lost. */
  broadcast?: { id: string; infoHash: string; startedAt: string };
}

const Title = v.pipe(v.string(), v.maxLength(200));
export const NewChannel = v.object({
  name: ChannelName,
  title: v.optional(Title),
  settings: v.optional(ChannelSettings, {}),
});
export const ChannelEdit = v.object({
  title: v.optional(Title),
  settings: v.optional(v.partial(ChannelSettings)),
});

/** Every error of the API and of the public routes. */
export interface ApiError {
  error: {
    /** Machine-readable, lower-case with hyphens. */
    code: string;
    /** The field at fault, where there is one. */
    field?: string;
    /** The rule it breaks, or what happened, for a person. */
    message: string;
  };
}
