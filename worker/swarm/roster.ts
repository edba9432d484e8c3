/**
 * The roster of a shard: its peers, filed by household, network, country and region, so that a choice of neighbours
 * looks at a few dozen rows however many there are.
 */
import type { Introduction, NatKind } from '../../protocol/tracker.ts';
import { householdOf, nearness } from './place.ts';
import type { PeerRow } from './seat.ts';

/** Rows drawn for each neighbour that is chosen. */
const SAMPLE = 8;
/** A drawer of no more than this is looked through as a whole. */
const SMALL_DRAWER = 32;

interface Entry {
  row: PeerRow;
  /** How often this peer was named to others of late: nobody is named to everybody. */
  named: number;
  /** Choice at which `named` was last brought up to date: it fades as others choose. */
  namedAt: number;
  /** Where it stands in each drawer, for removal in O(1). */
  filed: { drawer: Entry[]; at: number; key: string }[];
}

export class Roster {
  #entries = new Map<string, Entry>();
  #drawers = new Map<string, Entry[]>();
  #choices = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): PeerRow | undefined {
    return this.#entries.get(id)?.row;
  }

  rows(): IterableIterator<PeerRow> {
    return mapRows(this.#entries.values());
  }

  add(row: PeerRow): void {
    this.remove(row.id);
    const entry: Entry = { row, named: 0, namedAt: this.#choices, filed: [] };
    for (const key of drawerKeys(row)) {
      let drawer = this.#drawers.get(key);
      if (!drawer) this.#drawers.set(key, drawer = []);
      entry.filed.push({ drawer, at: drawer.length, key });
      drawer.push(entry);
    }
    this.#entries.set(row.id, entry);
  }

  remove(id: string): PeerRow | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    this.#entries.delete(id);
    for (const { drawer, at, key } of entry.filed) {
      const last = drawer.pop()!;
      if (last !== entry) {
        drawer[at] = last;
        last.filed.find((place) => place.drawer === drawer)!.at = at;
      }
      if (drawer.length === 0) this.#drawers.delete(key);
    }
    return entry.row;
  }

  /**
   * Up to `want` neighbours for a peer: a third from its household, then its network, country and region, at least a
   * third from anywhere, so that near ones do not make an island. Within each, those it can meet, that give much,
   * play the same track and were named seldom.
   */
  choose(self: PeerRow, want: number, known: Iterable<string>, random: () => number): Introduction[] {
    this.#choices++;
    const taken = new Set(known).add(self.id);
    const chosen: Introduction[] = [];
    const third = Math.max(1, Math.floor(want / 3));
    const near = drawerKeys(self);
    const everywhere = near.at(-1)!;
    const steps: [string, number][] = near.slice(0, -1).map((key) => [key, key.startsWith('a') ? third : 1]);
    for (const [key, most] of steps) {
      const room = want - third - chosen.length;
      this.#draw(self, key, Math.min(most, room), taken, random, chosen, meets);
    }
    this.#draw(self, everywhere, want - chosen.length, taken, random, chosen, meets);
    // Too few that can meet directly: TURN may still join them.
    this.#draw(self, everywhere, want - chosen.length, taken, random, chosen, () => true);
    return chosen;
  }

  #draw(
    self: PeerRow,
    key: string,
    want: number,
    taken: Set<string>,
    random: () => number,
    chosen: Introduction[],
    canMeet: (a: PeerRow, b: PeerRow) => boolean,
  ): void {
    const drawer = this.#drawers.get(key);
    if (!drawer) return;
    for (let i = 0; i < want; i++) {
      let best: Entry | undefined;
      let bestScore = -Infinity;
      const draws = drawer.length <= SMALL_DRAWER ? drawer.length : SAMPLE;
      const start = Math.floor(random() * drawer.length);
      for (let j = 0; j < draws; j++) {
        const at = draws === drawer.length ? (start + j) % draws : Math.floor(random() * drawer.length);
        const entry = drawer[at]!;
        if (taken.has(entry.row.id) || !canMeet(self, entry.row)) continue;
        const score = worth(self, entry.row) - this.#fame(entry) * 0.5 + random() * 0.5;
        if (score > bestScore) {
          best = entry;
          bestScore = score;
        }
      }
      // Chance showed nobody: of many, a few may be within reach all the same, and those are worth a search.
      const search = best || draws === drawer.length || self.nat === 'blocked' ? 0 : drawer.length;
      for (let j = 0; !best && j < search; j++) {
        const entry = drawer[(start + j) % drawer.length]!;
        if (!taken.has(entry.row.id) && canMeet(self, entry.row)) best = entry;
      }
      if (!best) return;
      best.named = this.#fame(best) + 1;
      best.namedAt = this.#choices;
      taken.add(best.row.id);
      chosen.push({ peer_id: best.row.id, near: nearness(self.place, best.row.place) });
    }
  }

  /** Halves with every so many choices as the shard has peers, ten at least. */
  #fame(entry: Entry): number {
    return entry.named * 0.5 ** ((this.#choices - entry.namedAt) / Math.max(10, this.size));
  }
}

/** Whether two peers can be linked without TURN, by what they know of their NATs. */
export function meets(a: PeerRow, b: PeerRow): boolean {
  if (nearness(a.place, b.place) === 'lan') return true;
  const pair: NatKind[] = [a.nat, b.nat];
  if (pair.includes('blocked')) return false;
  if (!pair.includes('symmetric')) return true;
  return pair.includes('open') || pair.includes('unknown');
}

/**
 * Whether this viewer is for peers to carry. Who has peers off or no WebRTC says that its NAT is blocked and plays from
 * the edge; so does one behind a firewall, unless its reports tell of neighbours all the same (on its LAN, or relayed).
 */
export function isCarried({ nat, tally }: PeerRow): boolean {
  return nat !== 'blocked' || (tally?.last?.neighbours ?? 0) > 0;
}

function worth(self: PeerRow, row: PeerRow): number {
  const gives = Math.log2(1 + Math.min(row.uploadKbps, 20_000) / 250);
  return gives + (row.track === self.track ? 1 : 0);
}

/** Nearest first; the last one holds everybody. */
function drawerKeys(row: PeerRow): string[] {
  const { address, network, country, region } = row.place;
  const keys: string[] = [];
  if (address !== '') keys.push(`a ${householdOf(address)}`);
  if (network !== '') keys.push(`n ${network}`);
  if (country !== '') keys.push(`c ${country}`);
  if (region !== '') keys.push(`r ${region}`);
  keys.push('*');
  return keys;
}

function* mapRows(entries: Iterable<Entry>): IterableIterator<PeerRow> {
  for (const entry of entries) yield entry.row;
}
