/** The body of `POST /join/:channel` (join.ts). */
import * as v from 'valibot';
import { PublicKey } from './broadcast.ts';
import { P2pPolicy } from './channel.ts';
import { FramedBy } from './site.ts';

export const JoinRequest = v.object({
  /** The peer's Ed25519 public key, made anew for each visit. */
  peerKey: PublicKey,
  /** Playback token; public channels need none. */
  token: v.optional(v.pipe(v.string(), v.maxLength(4096))),
  /** What the viewer chose; the channel's policy may be stricter. */
  p2p: v.optional(P2pPolicy, 'on'),
  /** Whether media is to follow the answer in the same response (join-body.ts): of who begins to watch. */
  media: v.optional(v.boolean(), false),
  /** Taken of the edge's own pages alone. */
  framedBy: v.optional(FramedBy),
});
export type JoinRequest = v.InferOutput<typeof JoinRequest>;
