import { expect, test } from 'vitest';
import { Fixture, identityOf, idOf, report } from './testing/shard-fixture.ts';

test('a peer is saved with its socket when it sits down and when it reports', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  expect(port.saves).toBe(1);
  expect(port.seat.peer).toMatchObject({
    id: idOf(1),
    identity: identityOf(1),
    uploadKbps: 1001,
    nat: 'open',
  });
  await fixture.say(port, { action: 'report', report });
  expect(port.saves).toBe(2);
  await fixture.say(port, { action: 'more', want: 1, known: [] });
  expect(port.saves).toBe(2);
});

test('the newest socket of a peer wins, and the seed that it was is told as gone', async () => {
  const fixture = new Fixture();
  const old = await fixture.seat(1);
  fixture.swarm.pushFeeds(idOf(1), [{ track: 0, substream: 0 }], '/seed');
  const fresh = await fixture.seat(1);
  expect(old.closed?.reason).toBe('replaced');
  expect(fixture.told).toContainEqual({ left: idOf(1), seed: true });
  fixture.swarm.gone(old);
  expect(fixture.swarm.viewers).toBe(1);
  expect(fresh.closed).toBeUndefined();
});
