/** What peers send on the signaling socket (tracker.ts): the WebTorrent tracker protocol, and what Shoal's own add. */
import * as v from 'valibot';
import { MAX_PASS_LENGTH } from './join.ts';
import { PeerReport } from './stats.ts';
import {
  BINARY_ID,
  BinaryId,
  Count,
  MAX_SDP_LENGTH,
  NatKind,
  SessionDescription,
  SubstreamNumber,
  TrackNumber,
} from './tracker.ts';

/** Shoal: what a peer says of itself. All of it is a claim; nothing is granted on it alone. */
export const Capability = v.object({
  /** What it is willing and able to give, kbps; 0: takes only. */
  uploadKbps: Count,
  /** Video track it plays, or the audio track where there is no video. */
  track: TrackNumber,
  nat: v.optional(NatKind, 'unknown'),
  device: v.optional(v.picklist(['computer', 'phone', 'tv', 'settop', 'antenna']), 'computer'),
  /** A stable id of this device, made at random by the player and given only where the viewer agreed. */
  deviceId: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/))),
});
export type Capability = v.InferOutput<typeof Capability>;

export interface Offer {
  offer_id: string;
  offer: v.InferOutput<typeof SessionDescription>;
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

export const FromPeer = v.variant('action', [
  /** Announce; an answer is one too, by BitTorrent custom (it has `answer`, `to_peer_id`, `offer_id`). */
  v.object({
    action: v.literal('announce'),
    info_hash: BinaryId,
    peer_id: BinaryId,
    event: v.optional(v.picklist(['started', 'stopped', 'completed', 'update', 'paused', 'empty', ''])),
    numwant: v.optional(Count),
    uploaded: v.optional(Count),
    downloaded: v.optional(Count),
    left: v.optional(v.nullable(Count)),
    offers: v.optional(v.nullable(v.array(Offer))),
    answer: v.optional(SessionDescription),
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
      v.array(
        v.object({ track: TrackNumber, substream: SubstreamNumber, index: v.pipe(v.number(), v.integer()) }),
      ),
      v.maxLength(128),
    ),
    /** Bytes given to other peers since the last ack: a seed that passes nothing on loses its feeds. */
    given: v.optional(Count),
  }),
  /** Shoal: a neighbour broke a rule that can be proved by its bytes, or `gives-nothing` of what it claims. */
  v.object({
    action: v.literal('complain'),
    peer_id: BinaryId,
    /** Ticket identity in hex. */
    identity: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
    why: v.picklist(['bad-piece', 'bad-record', 'bad-ticket', 'flood', 'protocol', 'gives-nothing']),
  }),
  /** Shoal: of the media that came with this join no more is wanted: others bring it. */
  v.object({ action: v.literal('enough') }),
  /** Shoal: statistics since the last report. */
  v.object({ action: v.literal('report'), report: PeerReport }),
]);
export type FromPeer = v.InferOutput<typeof FromPeer>;
