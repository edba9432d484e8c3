/** What viewers report, rare and aligned: deltas since the last report, except where it says "now". */
import * as v from 'valibot';

const bytes = v.pipe(v.number(), v.minValue(0), v.maxValue(1e12));
const amount = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));

export const PeerReport = v.object({
  /** Bytes received, by source; `edge` holds seed stream, join, repair and runs. */
  lanBytes: bytes,
  peerBytes: bytes,
  turnBytes: bytes,
  edgeBytes: bytes,
  /** Bytes given to other peers. */
  uploadBytes: bytes,
  /** Of what was received, bytes received twice. */
  duplicateBytes: bytes,
  /** Pieces fetched from the edge because their deadline came near. */
  repairs: amount,
  stalls: amount,
  stallMs: amount,
  /** Now: live latency, buffer, linked neighbours, upload budget. */
  latencyMs: amount,
  bufferMs: amount,
  peers: amount,
  uploadKbps: amount,
  /** Once, in the first report. */
  startupMs: v.optional(amount),
});
export type PeerReport = v.InferOutput<typeof PeerReport>;
