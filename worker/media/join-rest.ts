/** What of a join's media a viewer needs to begin, and what peers may well bring it before it is due. */
import { decodeFrameHead } from '../../protocol/frame.ts';
import { RecordFlag } from '../../protocol/record.ts';

/** Media ahead of the playhead that a viewer is given at once: it lasts until the rest has come, by whomever. */
export const IN_HAND_MS = 900;
/** A rest that is shorter is not worth a message. */
const LEAST_REST_MS = 150;

/**
 * Where the rest begins in the body of a join; its length when there is none. A viewer begins so far behind the end of
 * this media, or with its first piece. Frames are in the order of their time. Throws RangeError on a malformed body.
 */
export function restOf(body: Uint8Array, behindMs: number): number {
  const media: { at: number; fromUs: number }[] = [];
  let newestUs = 0;
  for (let at = 0; at < body.length;) {
    const { record, end } = decodeFrameHead(body, at);
    if (!(record.flags & RecordFlag.init)) {
      media.push({ at, fromUs: record.decodeTimeUs });
      newestUs = Math.max(newestUs, record.decodeTimeUs + record.durationUs);
    }
    at = end;
  }
  const beginsUs = Math.max(media[0]?.fromUs ?? 0, newestUs - behindMs * 1000);
  const untilUs = beginsUs + IN_HAND_MS * 1000;
  if (newestUs - untilUs < LEAST_REST_MS * 1000) return body.length;
  return media.find(({ fromUs }) => fromUs >= untilUs)?.at ?? body.length;
}
