/**
 * The control socket: one per origin, dialled by it to `/origin/control`, JSON text messages.
 * Both sockets of the origin carry `Authorization: Bearer` with a JWT (HS256 by the origin secret, audience
 * `shoal-origin`, a minute's expiry, `sub` the origin's id). Beside the messages below the origin may send the bare
 * text `ping`, which the edge answers with `pong`.
 */
import * as v from 'valibot';
import { Broadcast, BroadcastId, Track } from './broadcast.ts';
import { ChannelName, ChannelSettings } from './channel.ts';
import { KeyPeriods } from './keys.ts';

/** Why a publish was refused; `duplicate` is told to the encoder as NetStream.Publish.BadName. */
export const RefusalCode = v.picklist([
  'unknown-channel',
  'wrong-key',
  'stopped',
  'duplicate',
  'unavailable',
]);
export type RefusalCode = v.InferOutput<typeof RefusalCode>;

/** Ingest health of one live channel, as the origin sees it. */
export const IngestStatus = v.object({
  bitrateKbps: v.number(),
  fps: v.number(),
  keyframeIntervalS: v.number(),
  videoCodec: v.optional(v.string()),
  audioCodec: v.optional(v.string()),
  droppedPieces: v.number(),
  /** Plain advice, as "set the keyframe interval to 2 s". */
  advice: v.array(v.string()),
});
export type IngestStatus = v.InferOutput<typeof IngestStatus>;

const IngestUrl = v.pipe(
  v.string(),
  v.maxLength(300),
  v.regex(/^rtmps?:\/\/[^\s"'<>]+$/, 'must be an rtmp address'),
);

export const FromOrigin = v.variant('type', [
  /** First message. `live` lets a restarted edge take up running broadcasts. */
  v.object({
    type: v.literal('hello'),
    origin: v.string(),
    live: v.array(v.object({ channel: ChannelName, broadcastId: BroadcastId })),
    /** Where encoders push to, as `rtmp://ingest.example:1935/live`. */
    ingest: v.optional(v.pipe(v.array(IngestUrl), v.maxLength(8))),
    /** This socket takes channels whose input is another Shoal's. */
    sources: v.optional(v.boolean()),
  }),
  /** May this encoder publish? Asked before any media is taken. */
  v.object({
    type: v.literal('publish'),
    id: v.number(),
    channel: v.pipe(v.string(), v.maxLength(200)),
    key: v.pipe(v.string(), v.maxLength(200)),
    /** The origin's clock: time zero if a new broadcast begins. */
    nowMs: v.number(),
    remote: v.pipe(v.string(), v.maxLength(100)),
    /** No encoder asks but a source: the broadcast over there. `key` is empty then. */
    source: v.optional(BroadcastId),
  }),
  /** First media has been cut: the channel is live. */
  v.object({ type: v.literal('live'), channel: ChannelName, broadcast: Broadcast }),
  /** The encoder is gone; the reconnect window runs at the edge. */
  v.object({
    type: v.literal('lost'),
    channel: ChannelName,
    broadcastId: BroadcastId,
    /** True when the encoder said goodbye (unpublish): shown as such, the window runs all the same. */
    polite: v.boolean(),
    reason: v.string(),
  }),
  v.object({ type: v.literal('ingest'), channel: ChannelName, status: IngestStatus }),
  /** Of a protected channel: the last key told of is in effect; what comes after it? */
  v.object({ type: v.literal('keys'), channel: ChannelName }),
]);
export type FromOrigin = v.InferOutput<typeof FromOrigin>;

export const ToOrigin = v.variant('type', [
  v.object({
    type: v.literal('granted'),
    id: v.number(),
    channel: ChannelName,
    broadcastId: BroadcastId,
    /** Time zero of the broadcast: what decode times count from. */
    epochMs: v.number(),
    /** Identity of the stream key (not the key): the same key takes over from a session that is live. */
    keyId: v.string(),
    settings: ChannelSettings,
    /** As announced before, where the broadcast goes on: bitrates and substreams stay what they were. */
    tracks: v.optional(v.array(Track)),
    /** Of a protected channel: nothing may be published without. */
    keys: v.optional(KeyPeriods),
  }),
  v.object({ type: v.literal('refused'), id: v.number(), code: RefusalCode, reason: v.string() }),
  /** End the publish of this channel now: stopped, deleted, key reset, or an admin's drop. */
  v.object({ type: v.literal('drop'), channel: ChannelName, reason: v.string() }),
  /** The reconnect window is over, or the broadcast was ended: forget it. */
  v.object({ type: v.literal('ended'), channel: ChannelName, broadcastId: BroadcastId }),
  v.object({ type: v.literal('settings'), channel: ChannelName, settings: ChannelSettings }),
  /** All channels that this socket is to feed from another Shoal, in place of those told before. */
  v.object({
    type: v.literal('sources'),
    sources: v.array(v.object({
      channel: ChannelName,
      /** Address of the channel's page over there. */
      url: v.string(),
      /** Its playback token, where one is needed. */
      token: v.optional(v.string()),
    })),
  }),
  /** Keys of a protected channel, in place of all told before: asked for, or rotated by an admin. */
  v.object({ type: v.literal('keys'), channel: ChannelName, keys: KeyPeriods }),
]);
export type ToOrigin = v.InferOutput<typeof ToOrigin>;

/** `GET /api/origins`: an origin that is connected. */
export interface OriginResource {
  id: string;
  /** Where encoders push to. */
  ingest: string[];
  connectedAt: string;
}
