import { expect, test } from 'vitest';
import { FakePort, Fixture, idOf } from './testing/shard-fixture.ts';

test('the best uploaders are asked to be bridges, stay so, and are let go', async () => {
  const fixture = new Fixture();
  const ports: FakePort[] = [];
  for (let n = 1; n <= 5; n++) ports.push(await fixture.seat(n));
  expect(fixture.swarm.lendBridges({ '': '/b0' }, 2)).toBe(2);
  expect(ports.map((port) => port.last('bridge')?.path)).toEqual([
    undefined,
    undefined,
    undefined,
    '/b0',
    '/b0',
  ]);
  const better = await fixture.seat(60);
  fixture.swarm.lendBridges({ '': '/b0' }, 2);
  expect(better.last('bridge')).toBeUndefined();
  fixture.swarm.gone(ports[4]!);
  fixture.swarm.lendBridges({ '': '/b0' }, 2);
  expect(better.last('bridge')).toMatchObject({ path: '/b0' });
  fixture.swarm.lendBridges(null, 2);
  expect(better.last('bridge')).toMatchObject({ path: null });
});

test('who holds feeds is a bridge beside the best uploaders, as long as it holds them', async () => {
  const fixture = new Fixture();
  const ports: FakePort[] = [];
  for (let n = 1; n <= 5; n++) ports.push(await fixture.seat(n));
  const paths = () => ports.map((port) => port.last('bridge')?.path);
  fixture.swarm.pushFeeds(idOf(1), [{ track: 0, substream: 0 }], '/seed');
  expect(fixture.swarm.lendBridges({ '': '/b0' }, 2)).toBe(3);
  expect(paths()).toEqual(['/b0', undefined, undefined, '/b0', '/b0']);
  expect(fixture.swarm.rollup().candidates.filter(({ bridge }) => bridge).length).toBe(3);
  fixture.swarm.pushFeeds(idOf(1), [], '/seed');
  expect(fixture.swarm.lendBridges({ '': '/b0' }, 2)).toBe(2);
  expect(paths()).toEqual([null, undefined, undefined, '/b0', '/b0']);
});

test('a bridge that holds feeds stays one, however many come who give more', async () => {
  const fixture = new Fixture();
  const seed = await fixture.seat(1);
  const seat = async (n: number, uploadKbps: number) => {
    await fixture.seat(n);
    fixture.swarm.row(idOf(n))!.uploadKbps = uploadKbps;
  };
  fixture.swarm.pushFeeds(idOf(1), [{ track: 0, substream: 0 }], '/seed');
  fixture.swarm.lendBridges({ '': '/b0' }, 1);
  expect(seed.last('bridge')).toMatchObject({ path: '/b0' });
  for (let n = 2; n <= 50; n++) await seat(n, 50_000);
  fixture.swarm.lendBridges({ '': '/b0' }, 1);
  expect(seed.last('bridge')).toMatchObject({ path: '/b0' });
  fixture.swarm.pushFeeds(idOf(1), [], '/seed');
  fixture.swarm.lendBridges({ '': '/b0' }, 1);
  expect(seed.last('bridge')).toMatchObject({ path: null });
});

test('a bridge is sent to the backbone of its region, where that has one', async () => {
  const fixture = new Fixture();
  const [far, near] = [await fixture.seat(1, { region: 'AS' }), await fixture.seat(2, { region: 'EU' })];
  fixture.swarm.lendBridges({ '': '/b0', EU: '/bEU' }, 2);
  expect([far, near].map((port) => port.last('bridge')?.path)).toEqual(['/b0', '/bEU']);
});

test('bridges who can give little make room, a few at a time, for those who give far more', async () => {
  const fixture = new Fixture();
  const seat = async (n: number, uploadKbps: number) => {
    const port = await fixture.seat(n);
    fixture.swarm.row(idOf(n))!.uploadKbps = uploadKbps;
    return port;
  };
  const weak: FakePort[] = [];
  for (let n = 1; n <= 5; n++) weak.push(await seat(n, 300));
  fixture.swarm.lendBridges({ '': '/b0' }, 5);
  const strong: FakePort[] = [];
  for (let n = 11; n <= 15; n++) strong.push(await seat(n, 2000));
  const bridges = (ports: FakePort[]) => ports.filter((port) => port.last('bridge')?.path === '/b0').length;
  expect(fixture.swarm.lendBridges({ '': '/b0' }, 5)).toBe(5);
  expect([bridges(weak), bridges(strong)]).toEqual([2, 3]);
  expect(fixture.swarm.lendBridges({ '': '/b0' }, 5)).toBe(5);
  expect([bridges(weak), bridges(strong)]).toEqual([0, 5]);
  await seat(20, 3000);
  fixture.swarm.lendBridges({ '': '/b0' }, 5);
  expect(bridges(strong)).toBe(5);
});
