import { expect, test } from 'vitest';
import fc from 'fast-check';
import {
  bestOfEach,
  BLAME_MS,
  type Candidate,
  compareCandidates,
  type Deal,
  DOUBT_MS,
  FeedDealer,
  type FeedTrack,
  HOLD_MS,
  OVERLAP_MS,
  SETTLE_MS,
} from './feeds.ts';

const TRACKS = [{ track: 0, bitrateKbps: 512, substreams: 8 }, { track: 1, bitrateKbps: 128, substreams: 2 }];
const FEEDS = 10;

function candidate(id: string, more: Partial<Candidate> = {}): Candidate {
  const place = { address: `10.${id.length}.${id.charCodeAt(0)}.1`, network: '', country: '', region: '' };
  return { id, uploadKbps: 4000, nat: 'open', place, sinceMs: 0, ...more };
}

/** A dealer with everything that it told. */
class Table {
  readonly dealer = new FeedDealer();
  readonly held = new Map<string, string[]>();
  nowMs = 100_000;

  constructor(copies = 1) {
    this.dealer.configure(TRACKS, copies);
  }

  deal(): Deal[] {
    const deals = this.dealer.deal(this.nowMs);
    for (const { id, feeds } of deals) {
      if (feeds.length === 0) this.held.delete(id);
      else this.held.set(id, feeds.map(({ track, substream }) => `${track}/${substream}`));
    }
    return deals;
  }

  /** Deals whenever the dealer asks for it. */
  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (;;) {
      this.deal();
      const nextMs = this.dealer.nextMs(this.nowMs) ?? Infinity;
      if (nextMs > endMs) break;
      this.nowMs = nextMs;
    }
    this.nowMs = endMs;
    this.deal();
  }

  /** Copies of each feed that somebody holds. */
  get copies(): Map<string, number> {
    const copies = new Map<string, number>();
    for (const feeds of this.held.values()) {
      for (const feed of feeds) copies.set(feed, (copies.get(feed) ?? 0) + 1);
    }
    return copies;
  }

  get loads(): number[] {
    return [...this.held.values()].map((feeds) => feeds.length).sort((a, b) => b - a);
  }
}

test('a viewer who is alone gets every feed at once', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a', { sinceMs: table.nowMs })]);
  table.deal();
  expect(table.held.get('a')).toHaveLength(FEEDS);
  expect(table.copies.size).toBe(FEEDS);
});

test('eight viewers share one copy, a couple of substreams each', () => {
  const table = new Table();
  table.dealer.offer('0', 'abcdefgh'.split('').map((id) => candidate(id)));
  table.run(60_000);
  expect([...table.copies.values()]).toEqual(Array(FEEDS).fill(1));
  expect(Math.max(...table.loads)).toBeLessThanOrEqual(2);
});

test('viewers who come one by one take feeds over once they have settled, and the old seed keeps them meanwhile', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a', { sinceMs: table.nowMs })]);
  table.deal();
  table.nowMs += 1000;
  table.dealer.offer('0', [candidate('b', { sinceMs: table.nowMs })]);
  expect(table.deal()).toEqual([]);
  table.nowMs += SETTLE_MS + HOLD_MS;
  table.deal();
  expect(table.held.get('b')!.length).toBeGreaterThan(0);
  expect(table.held.get('a')).toHaveLength(FEEDS);
  table.nowMs += OVERLAP_MS;
  table.deal();
  expect(table.held.get('a')!.length).toBeLessThan(FEEDS);
  for (const copies of table.copies.values()) expect(copies).toBeLessThanOrEqual(2);
});

test('who holds a feed that moves is told that it ends, and again when it stays after all', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a')]);
  table.deal();
  table.nowMs += HOLD_MS + 1;
  table.dealer.offer('0', [candidate('b')]);
  const deals = table.deal();
  const moving = deals.find(({ id }) => id === 'b')!.feeds;
  expect(moving.length).toBeGreaterThan(0);
  expect(moving.some(({ ending }) => ending)).toBe(false);
  const ends = deals.find(({ id }) => id === 'a')!.feeds.filter(({ ending }) => ending);
  expect(ends).toEqual(moving.map((feed) => ({ ...feed, ending: true })));
  table.dealer.leave('0', 'b');
  const [again] = table.deal();
  expect(again!.id).toBe('a');
  expect(again!.feeds.some(({ ending }) => ending)).toBe(false);
});

test('when a seed leaves its feeds are dealt in the same breath', () => {
  const table = new Table();
  table.dealer.offer('0', 'abcd'.split('').map((id) => candidate(id)));
  table.run(60_000);
  const lost = table.held.get('a')!;
  table.dealer.leave('0', 'a');
  table.deal();
  expect(table.held.has('a')).toBe(false);
  for (const feed of lost) expect(table.copies.get(feed)).toBe(1);
});

test('a seed that leaves while a feed moves away from it leaves the feed with the new one', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a')]);
  table.deal();
  table.nowMs += HOLD_MS + 1;
  table.dealer.offer('0', [candidate('b')]);
  table.deal();
  const moving = table.held.get('b')!;
  expect(moving.length).toBeGreaterThan(0);
  table.dealer.leave('0', 'a');
  table.deal();
  expect(table.held.get('b')).toHaveLength(FEEDS);
});

test('a seed that is behind with a feed loses that feed, and is avoided for a while', () => {
  const table = new Table();
  table.dealer.offer('0', 'abc'.split('').map((id) => candidate(id)));
  table.run(60_000);
  const [first] = table.held.get('a')!;
  const [track, substream] = first!.split('/').map(Number);
  table.dealer.lose('a', [{ track: track!, substream: substream! }], table.nowMs);
  table.deal();
  expect(table.held.get('a') ?? []).not.toContain(first);
  expect(table.copies.get(first!)).toBe(1);
  table.run(BLAME_MS / 2);
  expect(table.held.get('a') ?? []).not.toContain(first);
});

test('who was slow gets no feed of one that keeps up, however many that one holds', () => {
  const table = new Table();
  table.dealer.configure(LADDER, 1);
  table.dealer.offer('0', [
    candidate('wide', { track: 0 }),
    ...['narrow', 'other'].map((id) => candidate(id, { track: 2 })),
  ]);
  table.deal();
  for (const id of ['narrow', 'other']) table.dealer.lose(id, undefined, table.nowMs);
  table.run(BLAME_MS - 1000);
  expect(table.held.get('wide')).toContain('1/0');
  expect(table.copies.get('1/0')).toBe(1);
  table.run(60_000);
  expect(table.held.get('wide')).not.toContain('1/0');
});

test('a seed that lost its feeds and is the only one is told again that it has them', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a')]);
  table.deal();
  table.dealer.lose('a', undefined, table.nowMs);
  expect(table.deal()).toMatchObject([{ id: 'a', feeds: { length: FEEDS } }]);
});

test('who holds what viewers lack hands it over, keeps it until the other has it, and is avoided longer each time', () => {
  const table = new Table();
  table.dealer.offer('0', ['liar', 'b'].map((id) => candidate(id)));
  table.run(60_000);
  const doubt = () => {
    const feed = table.held.get('liar')![0]!;
    const [track, substream] = feed.split('/').map(Number);
    table.dealer.lacking({ track: track!, substream: substream! }, table.nowMs);
    table.deal();
    return feed;
  };
  doubt();
  expect(Math.max(...table.copies.values())).toBe(2);
  expect(Math.min(...table.copies.values())).toBe(1);
  table.run(DOUBT_MS - 1000);
  expect([...table.held.keys()]).toEqual(['b']);
  table.run(60_000);
  expect(table.held.has('liar')).toBe(true);
  doubt();
  table.run(2 * DOUBT_MS - 1000);
  expect([...table.held.keys()]).toEqual(['b']);
});

test('a seed whose own line is slow hands over what it holds where there is another, and both hold it meanwhile', () => {
  const table = new Table();
  table.dealer.offer('0', ['slow', 'b', 'c', 'd'].map((id) => candidate(id)));
  table.run(60_000);
  expect(table.held.has('slow')).toBe(true);
  table.dealer.doubt('slow', table.nowMs);
  table.deal();
  expect(Math.min(...table.copies.values())).toBe(1);
  expect(Math.max(...table.copies.values())).toBe(2);
  table.run(DOUBT_MS - 1000);
  expect(table.held.has('slow')).toBe(false);
  expect(Math.max(...table.copies.values())).toBe(1);
});

test('whose uplink carries less than one copy seeds only where nobody else can', () => {
  const table = new Table();
  table.dealer.offer('0', [
    candidate('thin', { uploadKbps: 300 }),
    ...['b', 'c', 'd'].map((id) => candidate(id, { uploadKbps: 1500 })),
  ]);
  table.run(60_000);
  expect(table.held.get('thin') ?? []).toEqual([]);
});

test('of several copies that viewers lack one moves at a time, each in its turn', () => {
  const table = new Table(3);
  table.dealer.offer('0', Array.from({ length: 20 }, (_, i) => candidate(`seed-${i}`)));
  table.run(60_000);
  const holders = () =>
    new Set([...table.held].filter(([, feeds]) => feeds.includes('0/0')).map(([id]) => id));
  const first = holders();
  let before = first;
  for (let round = 1; round <= 3; round++) {
    table.dealer.lacking({ track: 0, substream: 0 }, table.nowMs);
    table.run(20_000);
    const gone = [...before].filter((id) => !holders().has(id));
    expect(gone).toHaveLength(1);
    before = holders();
    expect([...first].filter((id) => before.has(id))).toHaveLength(3 - round);
  }
});

test('a seed that got a substream just now is not to blame that it is lacking', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a'), candidate('b')]);
  table.run(1000);
  const held = [...table.held.keys()].sort();
  table.dealer.lacking({ track: 0, substream: 0 }, table.nowMs);
  table.run(OVERLAP_MS + 1000);
  expect([...table.held.keys()].sort()).toEqual(held);
  expect(table.held.get('a')!.length).toBe(FEEDS / 2);
});

test('a peer that could not be told is told again, of nothing too', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a'), candidate('b')]);
  table.deal();
  const [seed] = table.dealer.seeds();
  table.dealer.untold(seed!);
  expect(table.deal()).toMatchObject([{ id: seed, shard: '0' }]);
  expect(table.deal()).toEqual([]);
  table.dealer.leave('0', seed!);
  expect(table.deal()).toContainEqual({ id: seed, shard: '0', feeds: [] });
  table.dealer.untold('nobody');
  expect(table.deal()).toEqual([]);
});

test('who gives nothing or cannot be reached holds feeds only where nobody else is', () => {
  const table = new Table();
  table.dealer.offer('0', [
    candidate('a', { uploadKbps: 0 }),
    candidate('b', { nat: 'blocked' }),
  ]);
  table.deal();
  expect(table.copies.size).toBe(FEEDS);
  table.dealer.offer('0', 'cdef'.split('').map((id) => candidate(id)));
  table.run(120_000);
  expect([...table.held.keys()].sort()).toEqual(['c', 'd', 'e', 'f']);
});

test('copies of one feed lie with different peers', () => {
  const table = new Table(3);
  table.dealer.offer('0', 'abcdefgh'.split('').map((id) => candidate(id)));
  table.run(60_000);
  expect([...table.copies.values()]).toEqual(Array(FEEDS).fill(3));
  for (const feeds of table.held.values()) expect(new Set(feeds).size).toBe(feeds.length);
});

test('seeds lie in different networks where there is a choice', () => {
  const table = new Table();
  const place = (network: string) => ({ address: '', network, country: '', region: '' });
  table.dealer.offer('0', 'abcdefghij'.split('').map((id) => candidate(id, { place: place('AS1') })));
  table.dealer.offer(
    '0',
    'klmno'.split('').map((id) => candidate(id, { place: place(`AS${id.charCodeAt(0)}`) })),
  );
  table.run(60_000);
  for (const id of 'klmno') expect(table.held.has(id)).toBe(true);
});

test('fewer copies take feeds back, more copies deal more', () => {
  const table = new Table(2);
  table.dealer.offer('0', 'abcdefgh'.split('').map((id) => candidate(id)));
  table.run(60_000);
  table.dealer.configure(TRACKS, 1);
  table.deal();
  expect([...table.copies.values()]).toEqual(Array(FEEDS).fill(1));
});

test('seeds move into the backbone when there is one, and their new shard is told', () => {
  const table = new Table();
  table.dealer.offer('0', 'abcd'.split('').map((id) => candidate(id)));
  table.run(60_000);
  table.dealer.prefer((shard) => shard === 'b0');
  table.dealer.offer('b0', 'abwxyz'.split('').map((id) => candidate(id)));
  table.run(60_000);
  for (const id of table.held.keys()) expect(table.dealer.shardOf(id)).toBe('b0');
  expect([...table.copies.values()]).toEqual(Array(FEEDS).fill(1));
});

test('a peer whose home socket closes after it moved to the backbone keeps its feeds', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a')]);
  table.deal();
  table.dealer.offer('b0', [candidate('a')]);
  table.dealer.leave('0', 'a');
  table.deal();
  expect(table.held.get('a')).toHaveLength(FEEDS);
});

test('a seed that its shard does not know of any more has left, one that was dealt feeds just now has not', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('a'), candidate('b')]);
  table.run(60_000);
  const both = [...table.held.keys()].sort();
  expect(both).toEqual(['a', 'b']);
  table.dealer.refresh('0', [candidate('b')], ['b'], table.nowMs);
  table.deal();
  expect([...table.held.keys()]).toEqual(['b']);
  table.dealer.offer('0', [candidate('c')]);
  table.dealer.leave('0', 'b');
  table.deal();
  table.dealer.refresh('0', [], [], table.nowMs + 1);
  table.deal();
  expect([...table.held.keys()]).toEqual(['c']);
});

test('a dealer that was evicted goes on from its snapshot', () => {
  const table = new Table();
  table.dealer.offer('0', 'abcd'.split('').map((id) => candidate(id)));
  table.run(60_000);
  const again = new FeedDealer(structuredClone(table.dealer.snapshot()));
  again.configure(TRACKS, 1);
  expect(again.deal(table.nowMs)).toEqual([]);
  expect(again.seeds().sort()).toEqual(table.dealer.seeds().sort());
  again.leave('0', again.seeds()[0]!);
  expect(again.deal(table.nowMs).length).toBeGreaterThan(0);
});

test('a dealer that is retired takes everything back', () => {
  const table = new Table();
  table.dealer.offer('0', 'ab'.split('').map((id) => candidate(id)));
  table.run(60_000);
  expect(table.dealer.retire().every((deal) => deal.feeds.length === 0)).toBe(true);
});

test('whatever comes and goes, every feed is held as often as it should be, and nothing moves for ever', () => {
  const ids = 'abcdefghijkl'.split('');
  const event = fc.oneof(
    fc.record({
      do: fc.constant('come' as const),
      id: fc.constantFrom(...ids),
      kbps: fc.constantFrom(0, 500, 4000),
    }),
    fc.record({ do: fc.constant('go' as const), id: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('blame' as const), id: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (events, copies) => {
      const table = new Table(copies);
      const here = new Set<string>();
      for (const one of events) {
        if (one.do === 'come') {
          here.add(one.id);
          table.dealer.offer('0', [candidate(one.id, { uploadKbps: one.kbps, sinceMs: table.nowMs })]);
        } else if (one.do === 'go') {
          here.delete(one.id);
          table.dealer.leave('0', one.id);
        } else if (one.do === 'blame') table.dealer.lose(one.id, undefined, table.nowMs);
        else table.run(one.ms);
        table.deal();
        for (const id of table.held.keys()) expect(here.has(id)).toBe(true);
        if (here.size > 0) expect(table.copies.size).toBe(FEEDS);
      }
      table.run(300_000);
      const most = Math.min(copies, here.size);
      for (const count of table.copies.values()) expect(count).toBe(most);
      expect(table.dealer.nextMs(table.nowMs)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

test('candidates are ranked by what they give and how they can be reached', () => {
  const ranked = [
    candidate('blocked', { nat: 'blocked', uploadKbps: 9000 }),
    candidate('small', { uploadKbps: 500 }),
    candidate('symmetric', { nat: 'symmetric', uploadKbps: 4000 }),
    candidate('late', { sinceMs: 5 }),
    candidate('early'),
  ].sort(compareCandidates);
  expect(ranked.map((one) => one.id)).toEqual(['early', 'late', 'symmetric', 'small', 'blocked']);
});

test('the first to come holds all feeds; if it cannot pass them on it loses them all as soon as others have settled', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('phone', { uploadKbps: 0, sinceMs: table.nowMs })]);
  table.deal();
  expect(table.held.get('phone')).toHaveLength(FEEDS);
  table.nowMs += 500;
  const givers = ['a', 'bb', 'ccc', 'dddd'].map((id) => candidate(id, { sinceMs: table.nowMs }));
  table.dealer.offer('0', givers);
  table.deal();
  expect(table.held.get('phone')).toHaveLength(FEEDS);
  table.nowMs += SETTLE_MS;
  table.deal();
  expect(table.held.has('phone')).toBe(false);
  expect([...table.held.values()].flat()).toHaveLength(FEEDS);
});

test('where nobody can give, the feeds stay with the first', () => {
  const table = new Table();
  table.dealer.offer('0', [candidate('phone', { uploadKbps: 0 }), candidate('tablet', { nat: 'blocked' })]);
  table.deal();
  table.nowMs += SETTLE_MS + 1;
  table.deal();
  expect([...table.held.values()].flat().length).toBeGreaterThanOrEqual(FEEDS);
});

test('a bridge keeps its feeds though its own shard names it too: it is known by its seat in the backbone', () => {
  const table = new Table();
  const ids = ['a', 'bb', 'ccc'];
  table.dealer.prefer((shard) => shard === 'b0');
  table.dealer.offer('b0', ids.map((id) => candidate(id)));
  table.dealer.offer('0', [...ids, 'dddd', 'eeeee'].map((id) => candidate(id)));
  table.run(60_000);
  expect(ids.every((id) => table.held.has(id))).toBe(true);
  table.dealer.refresh('0', [...ids, 'dddd', 'eeeee'].map((id) => candidate(id)), [], table.nowMs);
  expect(table.deal()).toEqual([]);
  expect(ids.map((id) => table.dealer.shardOf(id))).toEqual(['b0', 'b0', 'b0']);
  table.dealer.leave('b0', 'a');
  table.deal();
  expect(table.held.has('a')).toBe(false);
});

test('when the backbone comes who became a bridge keeps its feeds, of others they move there', () => {
  for (const bridge of [true, false]) {
    const table = new Table();
    const seeds = [...'abcdefghij'];
    table.dealer.offer('0', seeds.map((id) => candidate(id)));
    table.run(20_000);
    expect(table.loads).toEqual(seeds.map(() => 1));
    table.dealer.prefer((shard) => shard === 'b0');
    table.dealer.offer('0', seeds.map((id) => candidate(id, { bridge })));
    table.dealer.offer('b0', [...'klmnopqrst'].map((id) => candidate(id)));
    table.run(60_000);
    expect(seeds.filter((id) => table.held.has(id)).length).toBe(bridge ? seeds.length : 0);
  }
});

const LADDER: FeedTrack[] = [
  { track: 0, bitrateKbps: 512, substreams: 8, kind: 'video' },
  { track: 1, bitrateKbps: 64, substreams: 1, kind: 'audio' },
  { track: 2, bitrateKbps: 128, substreams: 2, kind: 'video' },
];
const tracksOf = (feeds: string[] = []) => [...new Set(feeds.map((feed) => Number(feed.split('/')[0])))];

test('a rendition is fed to those who play it, and costs nothing while nobody does', () => {
  const table = new Table();
  table.dealer.configure(LADDER, 1);
  table.dealer.offer('0', [candidate('a', { track: 0 })]);
  table.run(1000);
  expect(tracksOf(table.held.get('a'))).toEqual([0, 1]);
  table.dealer.offer('0', [candidate('b', { track: 2, sinceMs: table.nowMs })]);
  table.run(1000);
  expect(tracksOf(table.held.get('b'))).toContain(2);
  expect(tracksOf(table.held.get('b'))).not.toContain(0);
  expect(table.copies.size).toBe(11);
});

test('who goes over to another rendition loses the feeds of the one before, and gets those of the new one', () => {
  const table = new Table();
  table.dealer.configure(LADDER, 1);
  table.dealer.offer('0', [candidate('a', { track: 0 }), candidate('b', { track: 0 })]);
  table.run(10_000);
  table.dealer.offer('0', [candidate('b', { track: 2 })]);
  table.deal();
  expect(table.held.get('a')!.filter((feed) => feed.startsWith('0/'))).toHaveLength(8);
  expect(table.held.get('b')!.filter((feed) => feed.startsWith('2/'))).toHaveLength(2);
  expect(tracksOf(table.held.get('b'))).not.toContain(0);
});

test('of each rendition a few candidates are named, however weak', () => {
  const strong = Array.from({ length: 9 }, (_, i) => ({ id: `s${i}`, track: 0 }));
  const weak = Array.from({ length: 9 }, (_, i) => ({ id: `w${i}`, track: 2 }));
  expect(bestOfEach([...strong, ...weak], 5, 2).map(({ id }) => id)).toEqual([
    's0',
    's1',
    's2',
    's3',
    's4',
    'w0',
    'w1',
  ]);
});

test('where there are two copies, a household gets one of each substream', () => {
  const table = new Table(2);
  const at = (address: string) => ({ address, network: '', country: '', region: '' });
  const home = 'abcd'.split('').map((id) => candidate(id, { place: at('198.51.100.7') }));
  const others = 'efg'.split('').map((id, i) => candidate(id, { place: at(`203.0.113.${i}`) }));
  table.dealer.offer('0', [...home, ...others]);
  table.run(120_000);
  expect([...table.copies.values()]).toEqual(Array(FEEDS).fill(2));
  const atHome = home.flatMap(({ id }) => table.held.get(id) ?? []);
  expect(new Set(atHome).size).toBe(atHome.length);
  expect(atHome.length).toBeGreaterThan(0);
});
