/** How many copies of a stream the edge gives to seeds. */

/** Share of the egress cap that feeds may take: the rest stays free for joins and repair. */
export const SEED_SHARE = 0.5;
/** Bytes on the wire per byte of stream: records and frames. */
export const FEED_OVERHEAD = 1.07;
/** Copies without a cap, by audience: the smallest swarm costs one. */
const BY_AUDIENCE = [{ upTo: 24, copies: 1 }, { upTo: 400, copies: 2 }, { upTo: Infinity, copies: 4 }];
/** An audience must shrink to this share of a step before its copies are taken back. */
const STEP_DOWN = 0.7;

/**
 * At most floor(SEED_SHARE x cap / (FEED_OVERHEAD x bitrate)), at least one; without a cap by the audience alone.
 * `now`: copies given so far, so that an audience at a step does not swing.
 */
export function copiesFor(
  { viewers, capKbps, bitrateKbps }: { viewers: number; capKbps: number | null; bitrateKbps: number },
  now = 1,
): number {
  const wanted = (audience: number) => BY_AUDIENCE.find((step) => audience <= step.upTo)!.copies;
  let copies = wanted(viewers);
  if (copies < now) copies = Math.min(now, wanted(viewers / STEP_DOWN));
  if (capKbps === null) return copies;
  return Math.min(copies, Math.max(1, Math.floor((SEED_SHARE * capKbps) / (FEED_OVERHEAD * bitrateKbps))));
}

/** Copies for each shard where the edge feeds every shard (`edge-seeded`): two, as far as the cap goes. */
export function copiesPerShard(
  { shards, capKbps, bitrateKbps }: { shards: number; capKbps: number | null; bitrateKbps: number },
): number {
  if (capKbps === null) return 2;
  const all = Math.floor((SEED_SHARE * capKbps) / (FEED_OVERHEAD * bitrateKbps));
  return Math.min(4, Math.max(1, Math.floor(all / Math.max(1, shards))));
}
