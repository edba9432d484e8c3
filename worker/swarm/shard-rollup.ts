/** A shard's roll-up, made from who sits in it. Pure; part of a shard. */
import type { Relief } from '../../protocol/tracker.ts';
import { bestOfEach, type Candidate, compareCandidates, toCandidate } from './feeds.ts';
import type { LeaseCount } from './lease-seats.ts';
import { addGiving, emptyGiving } from './relief.ts';
import type { Rollup } from './rollup.ts';
import { isCarried } from './roster.ts';
import type { PeerRow } from './seat.ts';

/** Candidates told in a roll-up. */
export const CANDIDATES = 32;
/** Of each rendition at least so many. */
const CANDIDATES_EACH = 4;
const NEEDY = 100;

/** What a roll-up says beside what the rows show. */
export interface Beside {
  shard: string;
  /** Stock clients. */
  stock: number;
  /** Who did badly, worst first. */
  needy: PeerRow[];
  leases: Record<string, LeaseCount>;
  /** Who carries a lower rendition beside its own is a candidate for that too. */
  relief: Relief | undefined;
}

/** What the Channel object is to know. */
export function rollupOf(rows: Iterable<PeerRow>, { shard, stock, needy, leases, relief }: Beside): Rollup {
  const candidates: Candidate[] = [];
  const regions: Record<string, number> = {};
  const seeds: string[] = [];
  const playing: Record<number, number> = {};
  const giving = emptyGiving();
  let uploadKbps = 0;
  let turnKbps = 0;
  let carried = 0;
  for (const row of rows) {
    turnKbps += row.tally?.last?.turnKbps ?? 0;
    if (row.seed) seeds.push(row.id);
    uploadKbps += row.uploadKbps;
    regions[row.place.region] = (regions[row.place.region] ?? 0) + 1;
    if (isCarried(row)) {
      carried++;
      playing[row.track] = (playing[row.track] ?? 0) + 1;
      addGiving(giving, row.uploadKbps);
    }
    candidates.push(toCandidate(row, relief));
  }
  const helpless = needy.filter(isCarried).slice(0, NEEDY);
  return {
    shard,
    viewers: candidates.length,
    carried,
    stock,
    uploadKbps,
    turnKbps,
    candidates: bestOfEach(candidates.sort(compareCandidates), CANDIDATES, CANDIDATES_EACH),
    playing,
    giving,
    seeds,
    needy: helpless.map(({ id }) => id),
    needyPlay: helpless.map(({ track }) => track),
    regions,
    leases,
  };
}
