/** A drawing of who feeds whom, from viewers' own words. */
import { MOST_DRAWN, type SwarmMap, type ViewerRow } from '../../protocol/report.ts';

export function drawSwarm(rows: ViewerRow[]): Pick<SwarmMap, 'nodes' | 'links'> {
  const drawn = rows.slice(0, MOST_DRAWN);
  const ids = new Set(drawn.map(({ peerId }) => peerId));
  const links: SwarmMap['links'] = [];
  for (const { peerId, role, parents } of drawn) {
    if (role === 'seed') links.push({ from: null, to: peerId, lanes: 1 });
    for (const parent of parents ?? []) {
      if (ids.has(parent.peerId)) links.push({ from: parent.peerId, to: peerId, lanes: parent.lanes });
    }
  }
  const tiers = tiersOf(links);
  const nodes = drawn.map((row) => {
    const received = row.lanBytes + row.peerBytes + row.turnBytes + row.edgeBytes;
    return {
      peerId: row.peerId,
      role: row.role,
      tier: tiers.get(row.peerId) ?? null,
      device: row.device,
      network: row.network,
      country: row.country,
      shard: row.shard,
      uploadKbps: row.uploadKbps,
      latencyMs: row.latencyMs,
      edgeShare: received > 0 ? row.edgeBytes / received : null,
    };
  });
  return { nodes, links };
}

/** Hops from the edge, breadth first. */
function tiersOf(links: SwarmMap['links']): Map<string, number> {
  const children = new Map<string | null, string[]>();
  for (const { from, to } of links) children.set(from, [...(children.get(from) ?? []), to]);
  const tiers = new Map<string, number>();
  let level = children.get(null) ?? [];
  for (let tier = 1; level.length > 0; tier++) {
    const fresh = level.filter((id) => !tiers.has(id));
    for (const id of fresh) tiers.set(id, tier);
    level = fresh.flatMap((id) => children.get(id) ?? []);
  }
  return tiers;
}
