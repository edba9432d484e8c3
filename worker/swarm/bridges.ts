/** Bridges: good uploaders of a shard that are asked to hold a second socket in the backbone. Pure; part of a shard. */
import { compareCandidates, toCandidate } from './feeds.ts';
import type { PeerRow } from './seat.ts';
import type { Seats } from './seats.ts';
import { CANDIDATES } from './shard-rollup.ts';

/** Bridges that are replaced at a time, by others who give so many times as much. */
const MOST_REPLACED = 3;
const FAR_MORE = 2;

/**
 * Asks peers to hold a second socket at the path of their region ('': of all others), or no longer to. Returns how
 * many are asked now.
 */
export function lendBridges(seats: Seats, paths: Record<string, string> | null, count: number): number {
  const rows = [...seats.rows()];
  const wanted = paths === null ? [] : pickBridges(rows, count);
  const keep = new Set(wanted);
  for (const row of rows) {
    const bridge = keep.has(row);
    if (row.bridge === bridge) continue;
    row.bridge = bridge;
    const port = seats.port(row.id)!;
    port.save();
    port.send({ action: 'bridge', path: bridge ? paths?.[row.place.region] ?? paths?.[''] ?? null : null });
  }
  return wanted.length;
}

/**
 * Who is a bridge stays one; a few of the weakest make room for those who give far more. Good uploaders who hold feeds
 * are bridges beside them, and stay so when others are better by now: a part of the audience hangs on each, and would
 * lose its root if the feed went elsewhere.
 */
function pickBridges(rows: PeerRow[], count: number): PeerRow[] {
  const ranked = rows.filter((row) => row.nat !== 'blocked')
    .sort((a, b) => compareCandidates(toCandidate(a), toCandidate(b)));
  const bridges = ranked.filter((row) => row.bridge).slice(0, count);
  const others = ranked.filter((row) => !row.bridge);
  bridges.push(...others.splice(0, count - bridges.length));
  for (let i = 1; i <= Math.min(MOST_REPLACED, bridges.length, others.length); i++) {
    const weakest = bridges[bridges.length - i]!;
    const best = others[i - 1]!;
    if (best.uploadKbps >= FAR_MORE * weakest.uploadKbps) bridges[bridges.length - i] = best;
  }
  const isGood = (row: PeerRow, place: number) => row.bridge || place < CANDIDATES;
  return [...bridges, ...ranked.filter((row, i) => row.seed && isGood(row, i) && !bridges.includes(row))];
}
