/** A shard's viewers as the admin's lists show them. */
import type { IpPolicy } from '../../protocol/channel.ts';
import type { NetworkRow, ViewerRow } from '../../protocol/report.ts';
import { addCounted, nothingCounted } from '../../protocol/stats.ts';
import { householdOf } from './place.ts';
import type { PeerRow } from './seat.ts';
import type { Swarm } from './swarm.ts';
import { addressBy, viewerOf, whoIs } from './visit.ts';

export interface ViewerListing {
  shard: string;
  policy: IpPolicy;
  /** Peer id of the last row of the page before; empty: from the beginning. */
  after: string;
  limit: number;
  /** Text that a row has to hold; empty: all. */
  query: string;
}

/** By peer id, so that a page can go on where the one before ended although viewers come and go. */
export function listViewers(
  swarm: Swarm,
  { shard, policy, after, limit, query }: ViewerListing,
): ViewerRow[] {
  const text = query.toLowerCase();
  const chosen: PeerRow[] = [];
  for (const row of swarm.rows()) {
    if (row.id > after && (text === '' || holds(row, policy, text))) chosen.push(row);
  }
  return chosen.sort((a, b) => a.id < b.id ? -1 : 1).slice(0, limit)
    .map((row) => viewerRow(swarm, row, shard, policy));
}

export function viewerRow(swarm: Swarm, row: PeerRow, shard: string, policy: IpPolicy): ViewerRow {
  const { last, counted } = row.tally ?? {};
  const parents = swarm.parentsOf(row.id);
  return {
    ...whoIs(row, policy),
    nat: row.nat,
    role: row.seed ? 'seed' : row.bridge ? 'bridge' : 'viewer',
    shard,
    since: row.sinceMs,
    ...(counted ?? nothingCounted()),
    latencyMs: last?.latencyMs ?? null,
    bufferMs: last?.bufferMs ?? null,
    neighbours: last?.neighbours ?? null,
    uploadKbps: row.uploadKbps,
    ...(parents ? { parents } : {}),
  };
}

/** Seeds, then bridges, then others, those that told of their parents first. */
export function drawnViewers(swarm: Swarm, shard: string, policy: IpPolicy, limit: number): ViewerRow[] {
  const rank = (row: PeerRow) => row.seed ? 0 : row.bridge ? 1 : swarm.parentsOf(row.id) ? 2 : 3;
  return [...swarm.rows()].sort((a, b) => rank(a) - rank(b)).slice(0, limit)
    .map((row) => viewerRow(swarm, row, shard, policy));
}

/** Largest first. */
export function listNetworks(
  swarm: Swarm,
  by: 'network' | 'address',
  policy: IpPolicy,
  limit: number,
): NetworkRow[] {
  const rows = new Map<string, NetworkRow>();
  for (const { place, tally } of swarm.rows()) {
    const group = by === 'network' ? place.network : householdOf(place.address);
    let row = rows.get(group);
    if (!row) {
      const key = by === 'network' ? place.network : addressBy(policy, place.address);
      rows.set(group, row = { key, country: place.country, viewers: 0, ...nothingCounted(), lanShare: null });
    }
    row.viewers++;
    if (tally) addCounted(row, tally.counted);
  }
  return [...rows.values()].sort((a, b) => b.viewers - a.viewers).slice(0, limit).map(withShare);
}

/** The same network of several shards becomes one row. */
export function mergeNetworks(rows: NetworkRow[], limit: number): NetworkRow[] {
  const merged = new Map<string, NetworkRow>();
  for (const row of rows) {
    const known = merged.get(row.key);
    if (!known) merged.set(row.key, { ...row });
    else {
      known.viewers += row.viewers;
      addCounted(known, row);
    }
  }
  return [...merged.values()].sort((a, b) => b.viewers - a.viewers).slice(0, limit).map(withShare);
}

function withShare(row: NetworkRow): NetworkRow {
  const received = row.lanBytes + row.peerBytes + row.turnBytes + row.edgeBytes;
  return { ...row, lanShare: received > 0 ? row.lanBytes / received : null };
}

function holds(row: PeerRow, policy: IpPolicy, text: string): boolean {
  const shown = [
    row.id,
    viewerOf(row),
    addressBy(policy, row.place.address),
    row.place.network,
    row.place.country,
    row.device,
    row.browser ?? '',
  ];
  return shown.some((field) => field.toLowerCase().includes(text));
}
