/**
 * What two peers tell each other to connect: through the edge's socket, or through a common neighbour, where it
 * travels as text that the neighbour does not read.
 */
import * as v from 'valibot';
import { BinaryId } from '../../protocol/tracker.ts';

const sdp = v.pipe(v.string(), v.maxLength(16_384));

export const PeerSignal = v.variant('kind', [
  v.object({ kind: v.literal('offer'), offerId: BinaryId, sdp }),
  v.object({ kind: v.literal('answer'), offerId: BinaryId, sdp }),
  v.object({
    kind: v.literal('candidate'),
    offerId: BinaryId,
    candidate: v.pipe(v.string(), v.maxLength(1024)),
    mid: v.nullable(v.pipe(v.string(), v.maxLength(32))),
  }),
]);
export type PeerSignal = v.InferOutput<typeof PeerSignal>;

export function encodePeerSignal(signal: PeerSignal): string {
  return JSON.stringify(signal);
}

/** Undefined for anything malformed or too long. */
export function decodePeerSignal(text: string): PeerSignal | undefined {
  if (text.length > 20_000) return undefined;
  try {
    const parsed = v.safeParse(PeerSignal, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
