/**
 * The signaling socket: `/swarm/:infoHash/announce?shard=N`, JSON text frames.
 *
 * It speaks the WebTorrent tracker protocol (announce with offers, relayed answers, scrape), so stock clients work.
 * info_hash, peer_id and offer_id are binary strings of 20 characters, one a byte: opaque, compared, never decoded.
 * What Shoal's own peers add is marked so.
 */
import * as v from 'valibot';
import { Grant, IceServer, MAX_PASS_LENGTH } from './join.ts';
import { PeerReport } from './stats.ts';

// deno-lint-ignore no-control-regex
const BINARY_ID = /^[\x00-\xff]{20}$/;
/** 20 characters, each a byte. */
export const BinaryId = v.pipe(v.string(), v.regex(BINARY_ID, 'must be 20 characters below 256'));
/** Most offers relayed of one announce. */
export const MAX_OFFERS = 10;
/** Longest text frame that the edge reads, in characters. */
export const MAX_SIGNAL_LENGTH = 64 * 1024;

const MAX_SDP_LENGTH = 16_384;
const sessionDescription = v.object({
  type: v.picklist(['offer', 'answer']),
  sdp: v.pipe(v.string(), v.maxLength(MAX_SDP_LENGTH)),
});
const count = v.pipe(v.number(), v.minValue(0));
const track = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15));
const substream = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7));

/** NAT kinds as a peer learns them from its candidates. */
export const NatKind = v.picklist(['open', 'cone', 'symmetric', 'blocked', 'unknown']);
export type NatKind = v.InferOutput<typeof NatKind>;

/** Shoal: what a peer says of itself. All of it is a claim; nothing is granted on it alone. */
export const Capability = v.object({
  /** What it is willing and able to give, kbps; 0: takes only. */
  uploadKbps: count,
  /** Video track it plays, or the audio track where there is no video. */
  track,
  nat: v.optional(NatKind, 'unknown'),
  device: v.optional(v.picklist(['computer', 'phone', 'tv', 'settop', 'antenna']), 'computer'),
  /** A stable id of this device, made at random by the player and given only where the viewer agreed. */
  deviceId: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/))),
});
export type Capability = v.InferOutput<typeof Capability>;

export interface Offer {
  offer_id: string;
  offer: v.InferOutput<typeof sessionDescription>;
  /** Shoal: the one peer it is meant for. Without it the edge picks (stock clients). */
  to_peer_id?: string | undefined;
}
/** In one function: an announce has up to ten, and a schema of parts takes several times as long over each. */
export const Offer = v.custom<Offer>(isOffer, 'must be {offer_id, offer: {type, sdp}, to_peer_id?}');

function isOffer(value: unknown): value is Offer {
  const { offer_id, offer, to_peer_id } = (value ?? {}) as Record<string, unknown>;
  const { type, sdp } = (offer ?? {}) as Record<string, unknown>;
  return isBinaryId(offer_id) && (to_peer_id === undefined || isBinaryId(to_peer_id)) &&
    (type === 'offer' || type === 'answer') && typeof sdp === 'string' && sdp.length <= MAX_SDP_LENGTH;
}

function isBinaryId(value: unknown): boolean {
  return typeof value === 'string' && BINARY_ID.test(value);
}

/** A substream of a track: the unit that feeds and subscriptions are counted in. */
export const Feed = v.object({ track, substream });
export type Feed = v.InferOutput<typeof Feed>;

/**
 * Shoal: supply is short. Who gives less than `belowKbps` takes `track` in place of a better rendition, unless its
 * viewer chose one by hand. Of those who give `carryKbps` or more, this share, by chance, takes it beside its own and
 * passes it on.
 */
export const Relief = v.object({
  track,
  belowKbps: count,
  carryKbps: count,
  carryShare: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});
export type Relief = v.InferOutput<typeof Relief>;

export const FromPeer = v.variant('action', [
  /** Announce; an answer is one too, by BitTorrent custom (it has `answer`, `to_peer_id`, `offer_id`). */
  v.object({
    action: v.literal('announce'),
    info_hash: BinaryId,
    peer_id: BinaryId,
    event: v.optional(v.picklist(['started', 'stopped', 'completed', 'update', 'paused', 'empty', ''])),
    numwant: v.optional(count),
    uploaded: v.optional(count),
    downloaded: v.optional(count),
    left: v.optional(v.nullable(count)),
    offers: v.optional(v.nullable(v.array(Offer))),
    answer: v.optional(sessionDescription),
    to_peer_id: v.optional(BinaryId),
    offer_id: v.optional(BinaryId),
    /** Shoal: base64url of a signed ticket; with `started`. */
    ticket: v.optional(v.pipe(v.string(), v.maxLength(400))),
    /**
     * Shoal: with `ticket`, base64url of the peer's own signature over announceProof (ticket.ts). Neighbours see the
     * ticket, so the ticket alone does not say who is here.
     */
    proof: v.optional(v.pipe(v.string(), v.maxLength(100))),
    /** Shoal: with `ticket`, the pass of the join answer. */
    pass: v.optional(v.pipe(v.string(), v.maxLength(MAX_PASS_LENGTH))),
    /** Shoal: with `started`, and again when it changes. */
    capability: v.optional(Capability),
  }),
  v.object({
    action: v.literal('scrape'),
    info_hash: v.optional(v.union([BinaryId, v.array(BinaryId)])),
  }),
  /** Shoal: a candidate found after the offer or answer was sent. */
  v.object({
    action: v.literal('candidate'),
    to_peer_id: BinaryId,
    offer_id: BinaryId,
    candidate: v.pipe(v.string(), v.maxLength(1024)),
    mid: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(32)))),
  }),
  /** Shoal: more neighbours please; `known` are not to be named again. */
  v.object({
    action: v.literal('more'),
    want: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
    known: v.pipe(v.array(BinaryId), v.maxLength(64)),
  }),
  /** Shoal: a new ticket and grant. `pass`: of a later join, with a newer token of the same viewer. */
  v.object({
    action: v.literal('renew'),
    pass: v.optional(v.pipe(v.string(), v.maxLength(MAX_PASS_LENGTH))),
  }),
  /** Shoal, seeds: the newest index held of each feed, every 2 s. */
  v.object({
    action: v.literal('ack'),
    acks: v.pipe(
      v.array(v.object({ track, substream, index: v.pipe(v.number(), v.integer()) })),
      v.maxLength(128),
    ),
    /** Bytes given to other peers since the last ack: a seed that passes nothing on loses its feeds. */
    given: v.optional(count),
  }),
  /** Shoal: a neighbour broke a rule that can be proved by its bytes. */
  v.object({
    action: v.literal('complain'),
    peer_id: BinaryId,
    /** Ticket identity in hex. */
    identity: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
    why: v.picklist(['bad-piece', 'bad-record', 'bad-ticket', 'flood', 'protocol']),
  }),
  /** Shoal: statistics since the last report. */
  v.object({ action: v.literal('report'), report: PeerReport }),
]);
export type FromPeer = v.InferOutput<typeof FromPeer>;

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
    grant: Grant,
    /** Reports: the first after `reportPhaseMs` from this message, then this often, so that they fall together. */
    reportEveryMs: v.number(),
    reportPhaseMs: v.number(),
    relief: v.optional(Relief),
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
    state: v.picklist(['live', 'lost', 'ended']),
    latencyTargetMs: v.optional(v.number()),
    uploadRatio: v.optional(v.number()),
    /** Content keys were rotated by hand: fetch them at a random moment of the next 15 s. Grows each time. */
    keysEpoch: v.optional(v.number()),
    /** Null: everybody may have what suits them again. */
    relief: v.optional(v.nullable(Relief)),
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
    offer: v.optional(sessionDescription),
    answer: v.optional(sessionDescription),
    interval: v.optional(v.number()),
    complete: v.optional(v.number()),
    incomplete: v.optional(v.number()),
  }),
]);
export type ToPeer = v.InferOutput<typeof ToPeer>;
