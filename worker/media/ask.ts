/**
 * What a Worker asks of a Media object, as a URL: the Worker's routes write it, the object reads it. Both are ours,
 * so a malformed one is a programming error.
 */
import * as v from 'valibot';

const index = v.pipe(v.number(), v.integer());
const track = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15));
const segment = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue((1 << 20) - 1));
const broadcastId = v.string();

export const MediaAsk = v.variant('what', [
  v.object({ what: v.literal('piece'), broadcastId, index }),
  v.object({ what: v.literal('run'), broadcastId, tracks: v.array(track), second: index }),
  /** No tracks: all of them. */
  v.object({ what: v.literal('join'), broadcastId, tracks: v.array(track) }),
  /** `held`: the newest index that the peer has of each feed; what followed it is sent first. */
  v.object({ what: v.literal('seed'), broadcastId, peerId: v.string(), held: v.array(index) }),
  v.object({ what: v.literal('hls-main'), broadcastId: v.optional(broadcastId) }),
  v.object({ what: v.literal('hls-track'), broadcastId: v.optional(broadcastId), track }),
  v.object({ what: v.literal('hls-init'), broadcastId, track, segment }),
  v.object({ what: v.literal('hls-segment'), broadcastId, track, segment }),
]);
export type MediaAsk = v.InferOutput<typeof MediaAsk>;

/** `from`: where who asks is, see witnessGroup. */
export function mediaAskUrl(ask: MediaAsk, from?: string): string {
  const query = new URLSearchParams({ ask: JSON.stringify(ask), ...(from === undefined ? {} : { from }) });
  return `https://media/ask?${query}`;
}

export function parseMediaAsk(url: URL): MediaAsk {
  return v.parse(MediaAsk, JSON.parse(url.searchParams.get('ask') ?? 'null'));
}
