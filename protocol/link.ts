/**
 * The link: one per live channel, dialled by the origin to `/origin/link/:channel`, which ends at the channel's
 * first Media object. Authorised like the control socket. Text messages are these; binary messages are one piece
 * frame each (frame.ts), from the origin only.
 */
import * as v from 'valibot';
import { Broadcast } from './broadcast.ts';

const index = v.pipe(v.number(), v.integer());

export const LinkFromOrigin = v.variant('type', [
  /** First message, and again when the tracks change. Pieces of another broadcast are forgotten. */
  v.object({ type: v.literal('hello'), broadcast: Broadcast, windowS: v.number() }),
  /** Asked for, but no longer in the window (or never cut). */
  v.object({ type: v.literal('missing'), indexes: v.pipe(v.array(index), v.maxLength(500)) }),
  /** All that the last welcome lacked has been sent, as far as it is still in the window. */
  v.object({ type: v.literal('filled') }),
  /** No more pieces of this broadcast will come. */
  v.object({ type: v.literal('end') }),
]);
export type LinkFromOrigin = v.InferOutput<typeof LinkFromOrigin>;

export const LinkToOrigin = v.variant('type', [
  /** Answer to hello: what the edge holds of this broadcast. The origin sends the rest, newest first, then `filled`. */
  v.object({ type: v.literal('welcome'), have: v.array(index) }),
  /** Misses: pieces that somebody needs and the edge lacks. */
  v.object({ type: v.literal('want'), indexes: v.pipe(v.array(index), v.maxLength(500)) }),
]);
export type LinkToOrigin = v.InferOutput<typeof LinkToOrigin>;
