import { expect, test } from 'vitest';
import { FakePort, Fixture, idOf, INFO_HASH, report } from './testing/shard-fixture.ts';

test('a viewer that says it gives 100 Mbps counts as one, is no better a seed, and no bridge for that', async () => {
  const fixture = new Fixture();
  for (let n = 1; n <= 9; n++) {
    await fixture.seat(n, {}, { capability: { uploadKbps: 2000, track: 0, nat: 'open' } });
  }
  fixture.nowMs += 1000;
  const boast = { uploadKbps: 100_000_000, track: 0, nat: 'open' };
  const liar = await fixture.seat(50, { address: '192.0.2.50' }, { capability: boast });
  const check = () => {
    const rollup = fixture.swarm.rollup();
    expect(rollup.uploadKbps).toBe(10 * 2000);
    expect(rollup.candidates.at(-1)).toMatchObject({ id: idOf(50), uploadKbps: 2000 });
  };
  check();
  const again = { action: 'announce', info_hash: INFO_HASH, peer_id: idOf(50), capability: boast };
  await fixture.say(liar, again);
  check();
  const uploaded = { uploadBytes: 1e9, uploadKbps: 1e9, forMs: 30_000 };
  await fixture.say(liar, { action: 'report', report: { ...report, ...uploaded } });
  check();
  fixture.swarm.lendBridges({ '': '/backbone' }, 4);
  expect(liar.seat.peer!.bridge).toBe(false);
});

test('who gives much is believed as soon as others say that they get it', async () => {
  const fixture = new Fixture();
  const boast = { uploadKbps: 20_000, track: 0, nat: 'open' };
  const antenna = await fixture.seat(50, { address: '192.0.2.50' }, { capability: boast });
  const told = { forMs: 30_000, peerBytes: 500 * 30_000 / 8, parents: [{ peerId: idOf(50), lanes: 8 }] };
  for (let n = 1; n <= 8; n++) {
    const port = await fixture.seat(n, { address: `198.51.100.${n}` });
    fixture.nowMs += 30_000;
    await fixture.say(port, { action: 'report', report: { ...report, ...told } });
  }
  await fixture.say(antenna, { action: 'report', report: { ...report, uploadKbps: 20_000 } });
  expect(antenna.seat.peer!.uploadKbps).toBe(8000);
});

test('what viewers do now is summed over their last reports, and survives an eviction in their seats', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  await fixture.seat(2);
  fixture.nowMs += 10_000;
  const parents = [{ peerId: idOf(2), lanes: 4 }];
  const told = {
    ...report,
    peerBytes: 1_250_000,
    edgeBytes: 125_000,
    forMs: 10_000,
    latencyMs: 1400,
    parents,
  };
  await fixture.say(port, { action: 'report', report: told });
  const again = new Fixture();
  again.swarm.restore(port);
  for (const now of [fixture.swarm.now(), again.swarm.now()]) {
    expect(now).toMatchObject({ reporting: 1, peerKbps: 1000, edgeKbps: 100 });
  }
  expect([fixture.swarm.now().viewers, again.swarm.now().viewers]).toEqual([2, 1]);
  expect(fixture.swarm.parentsOf(idOf(1))).toEqual(parents);
  fixture.swarm.gone(port);
  expect(fixture.swarm.parentsOf(idOf(1))).toBeUndefined();
});

test('a report that claims more than a line can carry is cut, however often it comes', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  fixture.nowMs += 1000;
  for (let i = 0; i < 3; i++) {
    await fixture.say(port, { action: 'report', report: { ...report, peerBytes: 1e12, forMs: 1e9 } });
  }
  // The first one may cover ten minutes before the seat, the others ten seconds each.
  const most = 400_000 / 8 * (601_000 + 10_000 + 10_000);
  expect(fixture.swarm.takeAmounts().sums.peerBytes).toBe(most);
});

test('a last report is taken after the end, anything else is not', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  expect(fixture.swarm.takeFarewell(port, JSON.stringify({ action: 'report', report }))).toBe(true);
  expect(fixture.swarm.takeFarewell(port, '{"action":"renew"}')).toBe(false);
  expect(fixture.swarm.takeFarewell(port, 'no JSON')).toBe(false);
  expect(fixture.swarm.takeFarewell(new FakePort(), JSON.stringify({ action: 'report', report }))).toBe(
    false,
  );
  expect(fixture.swarm.takeAmounts().sums.reports).toBe(1);
});
