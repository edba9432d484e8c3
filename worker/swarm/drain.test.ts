import { expect, test } from 'vitest';
import { FakePort, Fixture } from './testing/shard-fixture.ts';

test('a drained shard sends its peers to others in turn, a few at a time', async () => {
  const fixture = new Fixture();
  const ports: FakePort[] = [];
  for (let n = 1; n <= 5; n++) ports.push(await fixture.seat(n));
  expect(fixture.swarm.drain(['/a', '/b'], 3)).toBe(2);
  expect(ports.map((port) => port.last('redirect')?.path)).toEqual(['/a', '/b', '/a', undefined, undefined]);
  expect(fixture.swarm.drain(['/a'], 3)).toBe(0);
});

test('who is sent on is no bridge any more, and goes after those who are none', async () => {
  const fixture = new Fixture();
  const ports: FakePort[] = [];
  for (let n = 1; n <= 3; n++) ports.push(await fixture.seat(n));
  fixture.swarm.lendBridges({ '': '/b0' }, 2);
  fixture.swarm.drain(['/a'], 2);
  expect(ports.map((port) => port.last('redirect')?.path)).toEqual(['/a', '/a', undefined]);
  expect(ports.map((port) => port.last('bridge')?.path)).toEqual([undefined, null, '/b0']);
});
