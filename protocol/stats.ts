/** What viewers report, rare and aligned: amounts since the last report, except where it says "now". */
import * as v from 'valibot';

const bytes = v.pipe(v.number(), v.minValue(0), v.maxValue(1e12));
const amount = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));

/** What adds up: the one list of what a peer counts, a shard sums, a channel keeps and a visit ends with. */
export const COUNTED = {
  /** Bytes received, by source, each byte once: `peer` came directly, neither over the LAN nor through TURN. */
  lanBytes: bytes,
  peerBytes: bytes,
  turnBytes: bytes,
  /** Seed stream, join, repair and runs. */
  edgeBytes: bytes,
  /** Bytes given to other peers. */
  uploadBytes: bytes,
  /** Bytes received twice; not in the sources above. */
  duplicateBytes: bytes,
  /** Pieces fetched from the edge because their deadline came near. */
  repairs: amount,
  stalls: amount,
  stallMs: amount,
};
export type CountedName = keyof typeof COUNTED;
export type Counted = Record<CountedName, number>;
export const COUNTED_NAMES = Object.keys(COUNTED) as CountedName[];

/** Most parents named in a report. */
export const MOST_PARENTS = 16;

/** Who feeds this viewer: a neighbour and how many substreams come from it. */
export const Parent = v.object({
  peerId: v.pipe(v.string(), v.length(20)),
  lanes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(128)),
});
export type Parent = v.InferOutput<typeof Parent>;

export const PeerReport = v.object({
  ...COUNTED,
  /** What the amounts cover; absent: unknown. */
  forMs: v.optional(amount),
  /** Now: live latency, buffer, linked neighbours, upload budget. */
  latencyMs: amount,
  bufferMs: amount,
  peers: amount,
  uploadKbps: amount,
  /** 1: now its picture waits for want of upload. */
  waits: v.optional(amount),
  /** Once, in the first report after the first picture. */
  startupMs: v.optional(amount),
  /** While somebody looks: who feeds this viewer. */
  parents: v.optional(v.pipe(v.array(Parent), v.maxLength(MOST_PARENTS))),
});
export type PeerReport = v.InferOutput<typeof PeerReport>;

export function nothingCounted(): Counted {
  return Object.fromEntries(COUNTED_NAMES.map((name) => [name, 0])) as Counted;
}

/** Adds in place. */
export function addCounted(total: Counted, more: Counted): void {
  for (const name of COUNTED_NAMES) total[name] += more[name];
}
