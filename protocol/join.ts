/**
 * Joining: `POST /join/:channel`, body JSON sent as text/plain so that it stays CORS-simple. Answered by the Worker
 * itself from a join card cached for a second. What is asked is in join-request.ts: viewers need no schema of that.
 */
import * as v from 'valibot';
import { Broadcast, PublicKey } from './broadcast.ts';
import { P2P_POLICIES } from './names.ts';

const P2pPolicy = v.picklist(P2P_POLICIES);

/** RTCIceServer, as the browser takes it. */
export const IceServer = v.object({
  urls: v.union([v.string(), v.array(v.string())]),
  username: v.optional(v.string()),
  credential: v.optional(v.string()),
});

/** A media grant: an opaque query parameter `grant` of media requests. */
export const Grant = v.object({ value: v.string(), expiresS: v.number() });
export type Grant = v.InferOutput<typeof Grant>;

/** Longest pass, in characters: opaque to everybody but the edge. */
export const MAX_PASS_LENGTH = 2100;

export const JoinAnswer = v.variant('state', [
  v.object({
    state: v.picklist(['live', 'lost']),
    channel: v.string(),
    title: v.string(),
    broadcast: Broadcast,
    /** The edge's clock when it answered; with `broadcast.epochMs` it tells the live latency. */
    nowMs: v.number(),
    windowS: v.number(),
    p2p: P2pPolicy,
    uploadRatio: v.number(),
    latencyTargetMs: v.number(),
    iceServers: v.array(IceServer),
    /** The edge's Ed25519 key: neighbours' tickets are checked with it. */
    edgeKey: PublicKey,
    /** base64url of a signed ticket (ticket.ts). */
    ticket: v.string(),
    /** As the ticket is bound to it: `-SH0001-…`, see peerIdFor. */
    peerId: v.string(),
    /** What the edge found out of the token, for the shard: sent with the announce, and with `renew` after a new one. */
    pass: v.pipe(v.string(), v.maxLength(MAX_PASS_LENGTH)),
    grant: Grant,
    /** Path of the signaling socket, with its shard. */
    announcePath: v.string(),
    /** Path below which this broadcast's media lies: `/media/:channel/:broadcast`. */
    mediaPath: v.string(),
  }),
  v.object({
    state: v.picklist(['idle', 'stopped']),
    channel: v.string(),
    title: v.string(),
    nowMs: v.number(),
    /** Ask again after this long, plus jitter. */
    retryAfterMs: v.number(),
  }),
]);
export type JoinAnswer = v.InferOutput<typeof JoinAnswer>;
export type LiveJoinAnswer = Extract<JoinAnswer, { state: 'live' | 'lost' }>;
