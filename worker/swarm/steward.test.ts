import { expect, test } from 'vitest';
import * as v from 'valibot';
import { ChannelSettings } from '../../protocol/channel.ts';
import type { Candidate, FeedTrack } from './feeds.ts';
import { addGiving, emptyGiving } from './relief.ts';
import type { Rollup } from './rollup.ts';
import { BACKBONE, BACKBONE_LIMIT } from './backbone.ts';
import { bridgesOf, type Orders, Steward } from './steward.ts';

const TRACKS = [{ track: 0, bitrateKbps: 512, substreams: 8 }];
const settings = (more: Partial<ChannelSettings> = {}) =>
  v.parse(ChannelSettings, { shardSize: 100, ...more });

function candidate(id: string): Candidate {
  const place = { address: '', network: '', country: '', region: '' };
  return { id, uploadKbps: 3000, nat: 'open', place, sinceMs: 0 };
}

function rollup(shard: string, viewers: number, more: Partial<Rollup> = {}): Rollup {
  return {
    shard,
    viewers,
    stock: 0,
    uploadKbps: viewers * 3000,
    candidates: [],
    seeds: [],
    needy: [],
    regions: {},
    ...more,
  };
}

const feedsDealt = (orders: Orders) => orders.deals.reduce((sum, { feeds }) => sum + feeds.length, 0);

test('a larger shard lends more bridges, a small one eight', () => {
  expect([2, 1000, 2000, 5000].map(bridgesOf)).toEqual([8, 8, 16, 40]);
});

test('the first viewer is dealt everything in the same breath', () => {
  const steward = new Steward(settings(), TRACKS);
  const orders = steward.offered('0', candidate('a'), 1, 1000);
  expect(orders.deals).toMatchObject([{ id: 'a', shard: '0', feeds: { length: 8 } }]);
  expect(steward.viewers).toBe(1);
});

test('a growing audience opens shards, and the backbone with the second', () => {
  const steward = new Steward(settings(), TRACKS);
  const orders = steward.rolledUp(rollup('0', 75), 1000);
  expect(orders).toMatchObject({ open: ['1'], backboneChanged: true });
  expect(steward.rooms.map(({ shard }) => shard)).toEqual(['0']);
  steward.opened('1');
  expect(steward.rooms.map(({ shard }) => shard)).toEqual(['0', '1']);
  expect(steward.shards).toEqual(['0', '1', BACKBONE]);
  expect(steward.limitOf(BACKBONE)).toBe(BACKBONE_LIMIT);
});

test('a shrinking audience empties a shard, and the backbone goes when it is empty', () => {
  const steward = new Steward(settings(), TRACKS);
  steward.rolledUp(rollup('0', 75), 0);
  steward.opened('1');
  steward.rolledUp(rollup('1', 20), 1);
  const orders = steward.rolledUp(rollup('0', 10), 2);
  expect(orders.close).toEqual({ shard: '1', into: ['0'] });
  expect(steward.backbone).toBe(true);
  expect(steward.rolledUp(rollup('1', 0), 3).backboneChanged).toBe(true);
  expect(steward.shards).toEqual(['0']);
});

test('a region with bridges enough has a backbone of its own, and each hears who sits in the other', () => {
  const steward = new Steward(settings(), TRACKS);
  steward.rolledUp(rollup('0', 75), 0);
  steward.opened('1');
  const orders = steward.rolledUp(
    rollup(BACKBONE, 100, { regions: { EU: 70, AS: 30 }, candidates: [candidate('a')] }),
    1,
  );
  expect(orders).toMatchObject({ backboneChanged: true, beyondChanged: true });
  expect(steward.bridgeHomes).toEqual({ '': BACKBONE, EU: 'bEU' });
  expect(steward.shards).toEqual(['0', '1', BACKBONE, 'bEU']);
  expect(steward.beyond('bEU')).toEqual([{ id: 'a', shard: BACKBONE }]);
  const eu = steward.rolledUp(rollup('bEU', 20, { regions: { EU: 20 }, candidates: [candidate('e')] }), 2);
  expect(eu).toMatchObject({ backboneChanged: false, beyondChanged: true });
  expect(steward.beyond(BACKBONE)).toEqual([{ id: 'e', shard: 'bEU' }]);
  expect(steward.viewers).toBe(75);
  const again = new Steward(settings(), TRACKS, structuredClone(steward.snapshot()));
  expect(again.bridgeHomes).toEqual(steward.bridgeHomes);
  expect(again.beyond(BACKBONE)).toEqual(steward.beyond(BACKBONE));
});

test("bridges are nobody's viewers", () => {
  const steward = new Steward(settings(), TRACKS);
  steward.rolledUp(rollup('0', 75), 0);
  steward.rolledUp(rollup(BACKBONE, 8), 1);
  expect(steward.viewers).toBe(75);
  expect(steward.uploadKbps).toBe(75 * 3000);
  expect(steward.supplyRatio).toBeCloseTo(3000 / steward.bitrateKbps);
});

test('once there is a backbone, feeds go to those who sit in it', () => {
  const steward = new Steward(settings(), TRACKS);
  steward.offered('0', candidate('a'), 1, 0);
  steward.rolledUp(rollup('0', 75, { candidates: [candidate('a')], seeds: ['a'] }), 1000);
  let nowMs = 10_000;
  steward.rolledUp(rollup(BACKBONE, 8, { candidates: 'stuvwxyz'.split('').map(candidate) }), nowMs);
  for (let i = 0; i < 100; i++) steward.tick(nowMs += 500);
  expect(steward.seeds()).not.toContain('a');
});

test('where the edge feeds every shard, each shard has copies of its own', () => {
  const steward = new Steward(settings({ feedMode: 'edge-seeded' }), TRACKS);
  steward.rolledUp(rollup('0', 75, { candidates: ['a', 'b', 'c'].map(candidate) }), 1000);
  steward.opened('1');
  const orders = steward.rolledUp(rollup('1', 20, { candidates: ['x', 'y', 'z'].map(candidate) }), 2000);
  expect(orders.deals.every(({ shard }) => shard === '1')).toBe(true);
  expect(feedsDealt(orders)).toBe(16);
  expect(steward.backbone).toBe(false);
});

test('a change of the feed mode takes back what was dealt in the old one', () => {
  const steward = new Steward(settings(), TRACKS);
  steward.rolledUp(rollup('0', 3, { candidates: [candidate('a'), candidate('b')] }), 1000);
  steward.configure(settings({ feedMode: 'edge-seeded' }), TRACKS);
  const orders = steward.tick(2000);
  expect(orders.deals.filter(({ feeds }) => feeds.length === 0).length).toBeGreaterThan(0);
});

test('short supply lengthens the latency target, then helps who did badly with whole substreams', () => {
  const steward = new Steward(settings({ latencyTargetMs: 1500 }), TRACKS);
  const seeds = ['a', 'b', 'c', 'd'];
  let nowMs = 0;
  let latencyChanges = 0;
  const helped = new Set<string>();
  for (; nowMs < 120_000; nowMs += 5000) {
    const orders = steward.rolledUp(
      rollup('0', 50, {
        uploadKbps: 10_000,
        needy: ['n1', 'n2', 'n3'],
        candidates: seeds.map(candidate),
        seeds: steward.seeds(),
      }),
      nowMs,
    );
    steward.repaired(800_000, nowMs);
    if (orders.latencyChanged) latencyChanges++;
    for (const { id, help } of orders.deals) if (help) helped.add(id);
  }
  expect(latencyChanges).toBe(1);
  expect(steward.latencyTargetMs).toBe(3750);
  expect([...helped].sort()).toEqual(['n1', 'n2', 'n3']);
  expect(steward.nextMs(nowMs)).toBeDefined();
  for (; nowMs < 900_000; nowMs += 5000) {
    steward.rolledUp(rollup('0', 50, { candidates: seeds.map(candidate), seeds: steward.seeds() }), nowMs);
  }
  expect(steward.latencyTargetMs).toBe(1500);
  expect(steward.helped).toBe(0);
});

test('much repair by the edge is heard as short supply', () => {
  const steward = new Steward(settings(), TRACKS);
  for (let nowMs = 0; nowMs < 30_000; nowMs += 1000) {
    if (nowMs === 0) steward.rolledUp(rollup('0', 20), nowMs);
    steward.repaired(100_000, nowMs);
  }
  expect(steward.supplyStep).toBeGreaterThan(0);
});

test('viewers who play from the edge lengthen the latency target of nobody else', () => {
  const steward = new Steward(settings(), TRACKS);
  // Before the first roll-up the channel knows what each one said when it sat down.
  for (let i = 0; i < 5; i++) steward.offered('0', { ...candidate(`s${i}`), uploadKbps: 1500 }, i + 1, 0);
  const off = { uploadKbps: 0, nat: 'blocked' } as const;
  for (let i = 0; i < 10; i++) steward.offered('0', { ...candidate(`off${i}`), ...off }, 6 + i, 0);
  expect(steward).toMatchObject({ viewers: 15, carried: 5, supplyRatio: 1500 / 512 });
  const some = rollup('0', 15, { carried: 5, uploadKbps: 5 * 1500 });
  for (let nowMs = 0; nowMs < 120_000; nowMs += 5000) steward.rolledUp(some, nowMs);
  expect(steward).toMatchObject({ carried: 5, supplyStep: 0, latencyTargetMs: 1300 });
  expect(new Steward(settings(), TRACKS, structuredClone(steward.snapshot())).carried).toBe(5);
  // The same upload for as many who want to be carried is too little.
  for (let nowMs = 120_000; nowMs < 180_000; nowMs += 5000) {
    steward.rolledUp({ ...some, carried: 15 }, nowMs);
  }
  expect(steward.latencyTargetMs).toBeGreaterThan(1300);
});

test('a viewer who is helped is not blamed for giving nothing, but loses help that it cannot take', () => {
  const steward = new Steward(settings(), TRACKS);
  for (let nowMs = 0; nowMs < 120_000; nowMs += 5000) {
    steward.rolledUp(
      rollup('0', 50, { uploadKbps: 0, needy: ['n1'], candidates: [candidate('a')], seeds: ['a', 'n1'] }),
      nowMs,
    );
    steward.repaired(800_000, nowMs);
  }
  expect(steward.helped).toBe(1);
  steward.lost('n1', undefined, 120_000);
  expect(steward.helped).toBe(1);
  steward.rolledUp(
    rollup('0', 50, { uploadKbps: 0, needy: [], candidates: [candidate('a')], seeds: ['a', 'n1'] }),
    120_001,
  );
  const orders = steward.lost('n1', [{ track: 0, substream: 0 }], 120_002);
  expect(orders.deals).toMatchObject([{ id: 'n1', feeds: [] }]);
});

test('a steward that was evicted goes on from its snapshot', () => {
  const steward = new Steward(settings(), TRACKS);
  steward.rolledUp(rollup('0', 75, { candidates: ['a', 'b', 'c'].map(candidate) }), 1000);
  steward.opened('1');
  const again = new Steward(settings(), TRACKS, structuredClone(steward.snapshot()));
  expect(again.viewers).toBe(75);
  expect(again.shards).toEqual(steward.shards);
  expect(again.seeds().sort()).toEqual(steward.seeds().sort());
  expect(again.uploadKbps).toBe(steward.uploadKbps);
  const orders = again.left('0', again.seeds()[0]!, 2000);
  expect(feedsDealt(orders)).toBeGreaterThan(0);
});

test('with renditions, demand and copies are reckoned from what is played', () => {
  const ladder: FeedTrack[] = [
    { track: 0, bitrateKbps: 2000, substreams: 8, kind: 'video' },
    { track: 1, bitrateKbps: 100, substreams: 1, kind: 'audio' },
    { track: 2, bitrateKbps: 500, substreams: 8, kind: 'video' },
    { track: 3, bitrateKbps: 200, substreams: 4, kind: 'video' },
  ];
  const steward = new Steward(settings({ egressCapKbps: 10_000 }), ladder);
  expect(steward.bitrateKbps).toBe(2100);
  steward.rolledUp(rollup('0', 40, { playing: { 0: 20, 2: 20 } }), 1000);
  expect(steward.bitrateKbps).toBe(1350);
  steward.tick(2000);
  expect(steward.copies).toBe(1);
  steward.rolledUp(rollup('0', 40, { playing: { 2: 40 } }), 3000);
  expect(steward.bitrateKbps).toBe(600);
  steward.tick(4000);
  expect(steward.copies).toBe(2);
});

test('where a cap leaves no room for help, who gives little is asked to take a lower rendition', () => {
  const ladder: FeedTrack[] = [
    { track: 0, bitrateKbps: 2900, substreams: 8, kind: 'video' },
    { track: 1, bitrateKbps: 100, substreams: 1, kind: 'audio' },
    { track: 2, bitrateKbps: 1400, substreams: 8, kind: 'video' },
  ];
  const steward = new Steward(settings({ egressCapKbps: 7000 }), ladder);
  const giving = emptyGiving();
  for (let i = 0; i < 60; i++) addGiving(giving, i % 2 === 0 ? 0 : 8000);
  let changes = 0;
  let nowMs = 0;
  const live = (repairBytes: number, uploadKbps: number) => {
    const orders = steward.rolledUp(rollup('0', 60, { uploadKbps, giving }), nowMs += 5000);
    steward.repaired(repairBytes, nowMs);
    if (orders.reliefChanged) changes++;
  };
  for (let i = 0; i < 9; i++) live(20_000_000, 240_000);
  expect(changes).toBe(1);
  expect(steward.relief).toMatchObject({ track: 2, belowKbps: 1, carryKbps: 7950 });
  const again = new Steward(settings({ egressCapKbps: 7000 }), ladder, structuredClone(steward.snapshot()));
  expect(again.relief).toEqual(steward.relief);
  for (let i = 0; i < 60; i++) live(0, 300_000);
  expect(steward.relief).toBeUndefined();
  expect(changes).toBe(2);
});
