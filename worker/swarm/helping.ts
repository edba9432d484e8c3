/**
 * Help: whole substreams from the edge for viewers who lack supply. Who is helped stays helped for a while, so that
 * it can build on it; those who did worst are first, and nobody gets all of a stream this way.
 */
import type { Feed } from '../../protocol/tracker.ts';
import { type Deal, type FeedTrack, renditionsOf } from './feeds.ts';

/** Share of its substreams that one viewer is given. */
const SHARE = 0.5;
/** Help is not taken from a viewer before this, unless it is over for all. */
export const HELP_HOLD_MS = 30_000;

/** All that must survive an eviction of the Channel object. */
export type HelpingSnapshot = [string, { shard: string; text: string }][];

interface Helped {
  shard: string;
  /** Rendition that it plays. */
  track: number;
  sinceMs: number;
  /** Which of its substreams: 0 the first ones, 1 the others. */
  turn: number;
}

export class Helping {
  #helped = new Map<string, Helped>();
  #needy = new Map<string, { id: string; track: number }[]>();
  #told = new Map<string, { shard: string; text: string }>();
  #turn = 0;

  /** What was given before an eviction: it is taken back unless supply is still short. */
  constructor(snapshot: HelpingSnapshot = []) {
    this.#told = new Map(snapshot);
  }

  snapshot(): HelpingSnapshot {
    return structuredClone([...this.#told]);
  }

  get helped(): number {
    return this.#helped.size;
  }

  has(id: string): boolean {
    return this.#helped.has(id);
  }

  /** The viewers of a shard that did badly, worst first. */
  name(shard: string, needy: string[], play: number[] = []): void {
    this.#needy.set(shard, needy.map((id, i) => ({ id, track: play[i] ?? 0 })));
  }

  /** A viewer's socket is closed: it is helped no more, though the list it was on still names it. */
  leave(id: string): void {
    this.#helped.delete(id);
    for (const [shard, needy] of this.#needy) this.#needy.set(shard, needy.filter((one) => one.id !== id));
  }

  /** What this viewer was told of its help does not hold. */
  untold(id: string): void {
    const told = this.#told.get(id);
    if (told) told.text = '';
  }

  leaveShard(shard: string): void {
    this.#needy.delete(shard);
    for (const [id, one] of this.#helped) if (one.shard === shard) this.#helped.delete(id);
  }

  /** Deals as much help as `kbps` buys; `seeds` hold feeds already and are left alone. */
  deal(kbps: number, tracks: FeedTrack[], seeds: Set<string>, nowMs: number): Deal[] {
    const portions = [portion(tracks, 0), portion(tracks, 1)];
    const renditions = renditionsOf(tracks).map(({ track }) => track);
    const costOf = (chosen: FeedTrack[]) =>
      chosen.reduce(
        (sum, { bitrateKbps, substreams }) => sum + bitrateKbps * shareOf(substreams) / substreams,
        0,
      );
    // What the dearest rendition costs: nobody is given more.
    const priced = tracks.filter(({ track }) => !renditions.includes(track) || track === renditions[0]);
    const price = costOf(priced);
    const room = price > 0 ? Math.floor(kbps / price) : 0;
    for (const [id, one] of this.#helped) {
      if (
        seeds.has(id) || (this.#helped.size > room && (room === 0 || nowMs - one.sinceMs >= HELP_HOLD_MS))
      ) {
        this.#helped.delete(id);
      }
    }
    for (const [shard, { id, track }] of this.#inTurn()) {
      const before = this.#helped.get(id);
      if (before) before.track = track;
      if (this.#helped.size < room && !before && !seeds.has(id)) {
        this.#helped.set(id, { shard, track, sinceMs: nowMs, turn: this.#turn++ });
      }
    }
    const played = (track: number) => (feed: Feed) =>
      !renditions.includes(feed.track) || feed.track === track;
    return this.#changes(({ track, turn }) => portions[turn % portions.length]!.filter(played(track)));
  }

  /** The worst of each shard, then the second worst of each, and so on. */
  *#inTurn(): Generator<[string, { id: string; track: number }]> {
    for (let i = 0;; i++) {
      let some = false;
      for (const [shard, needy] of this.#needy) {
        const one = needy[i];
        if (one === undefined) continue;
        some = true;
        yield [shard, one];
      }
      if (!some) return;
    }
  }

  #changes(feedsOf: (one: Helped) => Feed[]): Deal[] {
    const deals: Deal[] = [];
    for (const [id, one] of this.#helped) {
      const { shard } = one;
      const feeds = feedsOf(one);
      const text = JSON.stringify(feeds);
      if (this.#told.get(id)?.text === text) continue;
      this.#told.set(id, { shard, text });
      deals.push({ id, shard, feeds, help: true });
    }
    for (const [id, { shard }] of this.#told) {
      if (this.#helped.has(id)) continue;
      this.#told.delete(id);
      deals.push({ id, shard, feeds: [], help: true });
    }
    return deals;
  }
}

/**
 * Half of each track's substreams, one at least. In turn the first ones and the others: help for some of them alone
 * would leave the others as scarce as they were.
 */
function portion(tracks: FeedTrack[], turn: number): Feed[] {
  return tracks.flatMap(({ track, substreams }) => {
    const count = shareOf(substreams);
    const first = turn * count;
    return Array.from({ length: count }, (_, i) => ({ track, substream: (first + i) % substreams }))
      .sort((a, b) => a.substream - b.substream);
  });
}

function shareOf(substreams: number): number {
  return Math.max(1, Math.round(substreams * SHARE));
}
