import { expect, test } from 'vitest';
import { FakePort, Fixture, idOf, report } from './testing/shard-fixture.ts';

test('reports are summed until the next roll-up, which names good uploaders, seeds and who did badly', async () => {
  const fixture = new Fixture();
  const ports: FakePort[] = [];
  for (let n = 1; n <= 5; n++) ports.push(await fixture.seat(n, { region: n > 3 ? 'EU' : 'AS' }));
  fixture.swarm.pushFeeds(idOf(2), [{ track: 0, substream: 0 }], '/seed');
  const relayed = { startupMs: 700, turnBytes: 250_000, forMs: 2000 };
  await fixture.say(ports[0]!, { action: 'report', report: { ...report, ...relayed } });
  await fixture.say(ports[1]!, { action: 'report', report: { ...report, stalls: 2, latencyMs: 99_999 } });
  fixture.swarm.gone(ports[4]!);
  const rollup = fixture.swarm.rollup();
  expect(rollup).toMatchObject({
    shard: '0',
    viewers: 4,
    // Who reported said what it can give by now.
    uploadKbps: 2 * report.uploadKbps + 1003 + 1004,
    turnKbps: 1000,
    seeds: [idOf(2)],
    needy: [idOf(2)],
    regions: { AS: 3, EU: 1 },
  });
  const amounts = fixture.swarm.takeAmounts();
  expect(amounts).toMatchObject({
    joined: 5,
    left: 1,
    sums: { reports: 2, peerBytes: 4, stalls: 2, startups: 1, startupMs: 700 },
  });
  expect(amounts.sums.latency.reduce((sum, count) => sum + count)).toBe(2);
  expect(amounts.sums.latency.at(-1)).toBe(1);
  expect(rollup.candidates.map(({ id }) => id)).toEqual([idOf(4), idOf(3), idOf(1), idOf(2)]);
  expect(fixture.swarm.takeAmounts()).toMatchObject({ joined: 0, sums: { reports: 0 } });
});

test('who plays from the edge is a viewer, and neither one to carry nor one to help, until it tells of neighbours', async () => {
  const fixture = new Fixture();
  await fixture.seat(1);
  const off = { capability: { uploadKbps: 0, track: 0, nat: 'blocked' } };
  await fixture.seat(2, {}, off);
  const onLan = await fixture.seat(3, {}, off);
  await fixture.say(onLan, { action: 'report', report: { ...report, peers: 0, stalls: 3 } });
  expect(fixture.swarm.rollup()).toMatchObject({ viewers: 3, carried: 1, playing: { 0: 1 }, needy: [] });
  await fixture.say(onLan, { action: 'report', report: { ...report, peers: 2, stalls: 3 } });
  expect(fixture.swarm.rollup()).toMatchObject({
    viewers: 3,
    carried: 2,
    playing: { 0: 2 },
    needy: [idOf(3)],
  });
});
