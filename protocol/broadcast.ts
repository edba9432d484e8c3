/** What a broadcast is: its identity, its key, its tracks. Travels in the link's hello and in the join answer. */
import * as v from 'valibot';
import { concatBytes, fromBase64Url, fromHex, toHex } from './bytes.ts';
import { DrmScheme } from './keys.ts';
import { TRACK_COUNT } from './piece-index.ts';

/** Broadcast id: 16 random bytes in hex. */
export const BroadcastId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits'));
/** info-hash: 20 bytes in hex. */
export const InfoHash = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, 'must be 40 hex digits'));
/** 32 bytes in base64url. */
export const PublicKey = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url'));

/** A broadcast rolls over to a new id when it is this old: segment numbers wrap after 24 days. */
export const LONGEST_BROADCAST_MS = 19.5 * 24 * 3600 * 1000;

/** One CMAF track. */
export const Track = v.object({
  /** Number in the piece index, 0 to 15. */
  track: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(TRACK_COUNT - 1)),
  kind: v.picklist(['video', 'audio']),
  /** RFC 6381, as `avc1.64001f` or `mp4a.40.2`. */
  codec: v.pipe(v.string(), v.regex(/^[A-Za-z0-9.]{1,40}$/)),
  /** Units a second of the decode times inside the media (mdhd). */
  timescale: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** As the encoder tells it, or as measured; another one when it comes back with another. */
  bitrateKbps: v.pipe(v.number(), v.minValue(1)),
  /** K of this track; fixed for the broadcast. */
  substreams: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)),
  /** Target duration of a piece in milliseconds. */
  sliceMs: v.pipe(v.number(), v.integer(), v.minValue(20), v.maxValue(2000)),
  width: v.optional(v.number()),
  height: v.optional(v.number()),
  frameRate: v.optional(v.number()),
  sampleRate: v.optional(v.number()),
  channels: v.optional(v.number()),
});
export type Track = v.InferOutput<typeof Track>;

export const Broadcast = v.object({
  id: BroadcastId,
  infoHash: InfoHash,
  /** Ed25519 key of this broadcast's records. */
  publicKey: PublicKey,
  /** Wall clock (milliseconds since 1970, the origin's) at decode time 0. */
  epochMs: v.pipe(v.number(), v.integer()),
  tracks: v.pipe(v.array(Track), v.minLength(1), v.maxLength(TRACK_COUNT)),
  /** Present when the samples are encrypted: how. */
  drm: v.optional(DrmScheme),
});
export type Broadcast = v.InferOutput<typeof Broadcast>;

/** The first video and the first audio track: what is played unless somebody chose otherwise. */
export function firstTracks({ tracks }: Pick<Broadcast, 'tracks'>): number[] {
  const first = (kind: Track['kind']) => tracks.filter((track) => track.kind === kind).slice(0, 1);
  return [...first('video'), ...first('audio')].map(({ track }) => track);
}

/** info-hash = SHA-1(public key || broadcast id), in hex. */
export async function infoHashFor(publicKey: string, broadcastId: string): Promise<string> {
  const key = fromBase64Url(publicKey);
  const id = fromHex(broadcastId);
  if (key?.length !== 32 || id?.length !== 16) throw new RangeError('broadcast key or id is malformed');
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', concatBytes(key, id))));
}
