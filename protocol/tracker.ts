/**
 * The signaling socket: `/swarm/:infoHash/announce?shard=N`, JSON text frames.
 *
 * It speaks the WebTorrent tracker protocol (announce with offers, relayed answers, scrape), so stock clients work.
 * info_hash, peer_id and offer_id are binary strings of 20 characters, one a byte: opaque, compared, never decoded.
 * What Shoal's own peers add is marked so. Here is what the edge sends; what peers send is in from-peer.ts: viewers
 * carry the schemas of one direction only.
 */
import * as v from 'valibot';
import { Grant, IceServer } from './join.ts';

// deno-lint-ignore no-control-regex
export const BINARY_ID = /^[\x00-\xff]{20}$/;
/** 20 characters, each a byte. */
export const BinaryId = v.pipe(v.string(), v.regex(BINARY_ID, 'must be 20 characters below 256'));
/** Most offers relayed of one announce. */
export const MAX_OFFERS = 10;
/** Longest text frame that the edge reads, in characters. */
export const MAX_SIGNAL_LENGTH = 64 * 1024;

export const MAX_SDP_LENGTH = 16_384;
export const SessionDescription = v.object({
  type: v.picklist(['offer', 'answer']),
  sdp: v.pipe(v.string(), v.maxLength(MAX_SDP_LENGTH)),
});
/** Kilobits a second, viewers, bytes: not below 0. */
export const Count = v.pipe(v.number(), v.minValue(0));
export const TrackNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15));
export const SubstreamNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7));

/** NAT kinds as a peer learns them from its candidates. */
export const NatKind = v.picklist(['open', 'cone', 'symmetric', 'blocked', 'unknown']);
export type NatKind = v.InferOutput<typeof NatKind>;

/**
 * A substream of a track: the unit that feeds and subscriptions are counted in. `ending`: somebody else has this feed
 * too, and within seconds alone: who holds it finds a parent for the substream meanwhile.
 */
export const Feed = v.object({
  track: TrackNumber,
  substream: SubstreamNumber,
  ending: v.optional(v.literal(true)),
});
export type Feed = v.InferOutput<typeof Feed>;

/**
 * Shoal: supply is short. Who gives less than `belowKbps` takes `track` in place of a better rendition, unless its
 * viewer chose one by hand. Of those who give `carryKbps` or more, this share, by chance, takes it beside its own and
 * passes it on.
 */
export const Relief = v.object({
  track: TrackNumber,
  belowKbps: Count,
  carryKbps: Count,
  carryShare: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});
export type Relief = v.InferOutput<typeof Relief>;

/** What a channel is by now, whatever the answer of a join said that may have been a second old. */
export const ChannelNow = v.object({
  state: v.picklist(['live', 'lost', 'ended']),
  latencyTargetMs: v.optional(v.number()),
  uploadRatio: v.optional(v.number()),
  /** Null: everybody may have what suits them. */
  relief: v.optional(v.nullable(Relief)),
});
export type ChannelNow = v.InferOutput<typeof ChannelNow>;

/** A neighbour as the edge introduces it. */
export const Introduction = v.object({
  peer_id: BinaryId,
  /** How near it is; `lan`: same public address. */
  near: v.picklist(['lan', 'network', 'country', 'region', 'far']),
});
export type Introduction = v.InferOutput<typeof Introduction>;

/** What the edge sends to Shoal's peers beside the stock messages. */
export const ToPeer = v.variant('action', [
  /** Answer to `started`: here is your place. The peer makes one offer to each neighbour. */
  v.object({
    action: v.literal('welcome'),
    neighbours: v.array(Introduction),
    /** The edge's clock, milliseconds since 1970: one way there and back on an open socket tells it best. */
    nowMs: v.number(),
    grant: Grant,
    /** Reports: the first after `reportPhaseMs` from this message, then this often, so that they fall together. */
    reportEveryMs: v.number(),
    reportPhaseMs: v.number(),
    channel: v.optional(ChannelNow),
  }),
  /** Answer to `more`, or a push. */
  v.object({ action: v.literal('neighbours'), neighbours: v.array(Introduction) }),
  /** Answer to `renew`. `iceServers`: in place of the join answer's, whose TURN credentials are about to end. */
  v.object({
    action: v.literal('renewed'),
    ticket: v.string(),
    grant: Grant,
    iceServers: v.optional(v.array(IceServer)),
  }),
  /** The whole set of feeds this peer holds from now on; empty: none. `path`: where to open the seed stream. */
  v.object({ action: v.literal('feeds'), feeds: v.array(Feed), path: v.string() }),
  /** Hold a second socket in the backbone; null path: no longer. */
  v.object({ action: v.literal('bridge'), path: v.nullable(v.string()) }),
  /** These tickets are banned: drop the links. */
  v.object({ action: v.literal('drop'), identities: v.array(v.string()) }),
  /** You are out: the socket closes after this (4003). `code`: one of PLAYBACK_REFUSALS (claims.ts). */
  v.object({ action: v.literal('kicked'), reason: v.string(), code: v.optional(v.string(), 'kicked') }),
  /** Go to this shard instead. */
  v.object({ action: v.literal('redirect'), path: v.string() }),
  /** The channel changed: tracks, latency target, state. `ended`: the broadcast is over. */
  v.object({
    action: v.literal('channel'),
    ...ChannelNow.entries,
    /** Content keys were rotated by hand: fetch them at a random moment of the next 15 s. Grows each time. */
    keysEpoch: v.optional(v.number()),
  }),
  /** Reports from now on this often (a dashboard was opened or closed). */
  v.object({ action: v.literal('pace'), reportEveryMs: v.number(), reportPhaseMs: v.number() }),
  /** Relayed candidate. */
  v.object({
    action: v.literal('candidate'),
    peer_id: BinaryId,
    offer_id: BinaryId,
    candidate: v.string(),
    mid: v.optional(v.nullable(v.string())),
  }),
  /** Relayed offer or answer, or the reply to a stock announce: the stock messages. */
  v.object({
    action: v.literal('announce'),
    info_hash: v.string(),
    peer_id: v.optional(v.string()),
    offer_id: v.optional(v.string()),
    offer: v.optional(SessionDescription),
    answer: v.optional(SessionDescription),
    interval: v.optional(v.number()),
    complete: v.optional(v.number()),
    incomplete: v.optional(v.number()),
  }),
]);
export type ToPeer = v.InferOutput<typeof ToPeer>;
