import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { Place } from './place.ts';
import { announcePath, pickShard, ShardMap, type ShardRoom } from './shards.ts';

const place = (region: string): Place => ({ address: '', network: '', country: '', region });
const room = (shard: string, viewers: number, home = ''): ShardRoom => ({ shard, viewers, limit: 100, home });

test('a viewer goes to a shard of its region, then to one of none, then to any, never to a full one', () => {
  const rooms = [room('0', 10), room('1', 10, 'EU'), room('2', 100, 'AS'), room('3', 10, 'NA')];
  for (let i = 0; i < 20; i++) {
    expect(pickShard(rooms, place('EU'), () => i / 20)).toBe('1');
    expect(pickShard(rooms, place('AS'), () => i / 20)).toBe('0');
    expect(pickShard(rooms.slice(1), place('AS'), () => i / 20)).not.toBe('2');
  }
  expect(pickShard([room('0', 100)], place(''), () => 0)).toBeUndefined();
  expect(pickShard([room('0', 99)], place(''), () => 0.99)).toBe('0');
});

test('viewers of one card are spread in proportion to the room', () => {
  const rooms = [room('0', 90), room('1', 0)];
  let second = 0;
  for (let i = 0; i < 1000; i++) if (pickShard(rooms, place(''), () => (i + 0.5) / 1000) === '1') second++;
  expect(second).toBeGreaterThan(850);
});

test('shards are opened ahead of the audience, and listed once they are set up', () => {
  const map = new ShardMap(100);
  expect(map.count('0', 50)).toEqual({ open: [] });
  expect(map.count('0', 75)).toEqual({ open: ['1'] });
  expect(map.list.map((one) => one.shard)).toEqual(['0']);
  map.opened('1');
  expect(map.list.map((one) => one.shard)).toEqual(['0', '1']);
  expect(map.count('1', 90).open).toEqual(['2']);
});

test('a crowd opens as many shards as it needs at once', () => {
  const map = new ShardMap(1000);
  expect(map.count('0', 5000).open).toHaveLength(8);
});

test('thin shards are merged one at a time, the first one never', () => {
  const map = new ShardMap(100);
  map.count('0', 100);
  map.opened('1');
  map.count('1', 100);
  for (const shard of ['2', '3']) map.opened(shard);
  map.count('0', 5);
  const closed: string[] = [];
  for (let i = 0; i < 5; i++) {
    const { close } = map.count('1', 5);
    if (close) closed.push(close.shard);
  }
  expect(closed).not.toContain('0');
  expect(map.list.map((one) => one.shard)).toEqual(['0']);
  expect(map.viewers).toBe(10);
});

test('a shard being emptied is not listed, counts until it is empty, and is forgotten then', () => {
  const map = new ShardMap(100);
  map.count('0', 70);
  map.opened('1');
  map.count('1', 10);
  const plan = map.count('0', 20);
  expect(plan.close).toEqual({ shard: '1', into: ['0'] });
  expect(map.list.map((one) => one.shard)).toEqual(['0']);
  expect(map.viewers).toBe(30);
  expect(map.all).toContain('1');
  map.count('1', 0);
  expect(map.all).toEqual(['0']);
  map.count('0', 100);
  expect(map.all).toEqual(['0', '2']);
});

test('when shards are made smaller, who sits above their size is spread over those with room', () => {
  const map = new ShardMap(100);
  map.count('0', 75);
  map.opened('1');
  map.limit = 50;
  const { open, surplus } = map.count('0', 75);
  expect(open).toEqual(['2']);
  expect(surplus).toEqual({ shard: '0', count: 25, into: ['1'] });
  expect(map.count('0', 50).surplus).toBeUndefined();
});

test('a shard is at home where most of its viewers are', () => {
  const map = new ShardMap(100);
  map.count('0', 50, { EU: 40, AS: 10 });
  expect(map.list[0]!.home).toBe('EU');
  map.count('0', 50, { EU: 25, AS: 25 });
  expect(map.list[0]!.home).toBe('');
});

test('a map that was evicted goes on from its snapshot', () => {
  const map = new ShardMap(100);
  map.count('0', 75);
  map.opened('1');
  const again = new ShardMap(100, structuredClone(map.snapshot()));
  expect(again.list).toEqual(map.list);
  expect(again.count('1', 90).open).toEqual(['2']);
});

test('whatever the audience does, there is room after the shards were told of it', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 50 }), (fills) => {
    const map = new ShardMap(100);
    for (const [i, fill] of fills.entries()) {
      const rooms = map.list;
      const { open, close } = map.count(rooms[i % rooms.length]!.shard, fill);
      for (const shard of open) map.opened(shard);
      if (close) expect(close.into.length).toBeGreaterThan(0);
      expect(map.list.some((one) => one.viewers < one.limit)).toBe(true);
      expect(map.list.some((one) => one.shard === '0')).toBe(true);
      expect(map.viewers).toBeLessThanOrEqual(map.all.length * 100);
    }
  }));
});

test('the path of a shard names its swarm and itself', () => {
  expect(announcePath('ab'.repeat(20), 'b0')).toBe(`/swarm/${'ab'.repeat(20)}/announce?shard=b0`);
});
