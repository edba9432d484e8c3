/** A seated peer's right to watch, as its pass says it. */
import * as v from 'valibot';

export const Right = v.object({
  /** Came without a token, to a channel that was open to everybody. */
  anonymous: v.optional(v.boolean()),
  /** Viewer id. */
  subject: v.optional(v.string()),
  /** Lease as whose viewer it is counted. */
  lease: v.optional(v.string()),
  /** Most devices of this viewer at a time. */
  devices: v.optional(v.number()),
  /** When it ends, seconds since 1970; absent: not by itself. */
  untilS: v.optional(v.number()),
  /** What ends it then, as a code of PLAYBACK_REFUSALS. */
  endsBy: v.optional(v.picklist(['token-expired', 'lease-ended'])),
});
export type Right = v.InferOutput<typeof Right>;

/** Whether it is over. */
export function isOver(right: Right | undefined, nowMs: number): boolean {
  return right?.untilS !== undefined && right.untilS * 1000 <= nowMs;
}

/** How a viewer id stands among banned ticket identities, which are hex. */
export function markOf(subject: string): string {
  return `viewer ${subject}`;
}
