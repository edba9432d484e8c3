import { expect, test } from 'vitest';
import { FakePort, Fixture, identityOf, idOf, NOW_S, started } from './testing/shard-fixture.ts';

test('who is banned is told so, dropped by the others and let in no more, until pardoned', async () => {
  const fixture = new Fixture();
  const [bad, good] = [await fixture.seat(1), await fixture.seat(2)];
  fixture.swarm.ban([identityOf(1)], 'spam', { code: 'kicked' });
  expect(bad.last()).toEqual({ action: 'kicked', reason: 'spam', code: 'kicked' });
  expect(bad.closed).toEqual({ code: 4003, reason: 'kicked' });
  expect(good.last()).toEqual({ action: 'drop', identities: [identityOf(1)] });
  expect((await fixture.seat(1)).failure).toContain('banned');
  fixture.swarm.pardon([identityOf(1)], []);
  expect((await fixture.seat(1)).last('welcome')).toBeDefined();
});

test('a ban of a viewer id reaches every device of that viewer, also one that comes later', async () => {
  const fixture = new Fixture();
  fixture.passes.set('ann', { subject: 'ann' });
  fixture.passes.set('bob', { subject: 'bob' });
  const [phone, desk] = [
    await fixture.seat(1, {}, { pass: 'ann' }),
    await fixture.seat(2, {}, { pass: 'ann' }),
  ];
  const bob = await fixture.seat(3, {}, { pass: 'bob' });
  expect(fixture.swarm.find({ subjects: ['ann'] }).map(({ id }) => id)).toEqual([idOf(1), idOf(2)]);
  fixture.swarm.ban([], 'out', { subjects: ['ann'] });
  for (const port of [phone, desk]) expect(port.last('kicked')).toMatchObject({ code: 'banned' });
  expect(bob.last()).toEqual({ action: 'drop', identities: [identityOf(1), identityOf(2)] });
  expect((await fixture.seat(4, {}, { pass: 'ann' })).failure).toContain('banned');
  fixture.swarm.pardon([], ['ann']);
  expect((await fixture.seat(4, {}, { pass: 'ann' })).last('welcome')).toBeDefined();
});

test('who was banned before the shard was woken stays out', async () => {
  const fixture = new Fixture({}, [identityOf(1)]);
  expect((await fixture.seat(1)).failure).toContain('banned');
});

test('a pass that is forged or over, and a socket of stock clients, are refused', async () => {
  const fixture = new Fixture();
  fixture.passes.set('over', { untilS: NOW_S });
  expect((await fixture.seat(1, {}, { pass: 'forged' })).failure).toContain('pass must be');
  expect((await fixture.seat(1, {}, { pass: 'over' })).failure).toBe('pass is over');
  const port = new FakePort();
  const { info_hash } = started(1);
  await fixture.say(port, { action: 'announce', info_hash, peer_id: 's'.repeat(20) });
  await fixture.say(port, started(1));
  expect(port.failure).toContain('used without a ticket');
  expect(fixture.swarm.viewers).toBe(0);
});

test('viewers of a lease that has ended are sent away, and no more come than one that runs allows', async () => {
  const fixture = new Fixture();
  fixture.passes.set('a', { lease: 'a' });
  fixture.passes.set('b', { lease: 'b' });
  fixture.swarm.setLeases({ a: 1, b: null });
  const first = await fixture.seat(1, {}, { pass: 'a' });
  const second = await fixture.seat(2, {}, { pass: 'a' });
  expect(second.last()).toMatchObject({ action: 'kicked', code: 'quota-reached' });
  expect(second.closed).toEqual({ code: 4003, reason: 'quota-reached' });
  const other = await fixture.seat(3, {}, { pass: 'b' });
  expect(fixture.swarm.rollup().leases).toEqual({
    a: { viewers: 1, joined: 1 },
    b: { viewers: 1, joined: 1 },
  });
  fixture.swarm.setLeases({ b: null });
  expect(first.last('kicked')).toMatchObject({ code: 'lease-ended' });
  expect(other.last()).toEqual({ action: 'drop', identities: [identityOf(1)] });
  fixture.swarm.setLeases({ b: 'spent' });
  expect(other.last('kicked')).toMatchObject({ code: 'quota-reached' });
  expect(fixture.swarm.viewers).toBe(0);
});

test('when a channel begins to want tokens, who came without one is sent away', async () => {
  const fixture = new Fixture();
  fixture.passes.set('nobody', { anonymous: true });
  fixture.passes.set('ann', { subject: 'ann' });
  const nobody = await fixture.seat(1, {}, { pass: 'nobody' });
  const ann = await fixture.seat(2, {}, { pass: 'ann' });
  fixture.swarm.expelAnonymous();
  expect(nobody.last('kicked')).toMatchObject({ code: 'token-missing' });
  expect(ann.closed).toBeUndefined();
});

test('whose right to watch is over is sent away, and the shard knows when the next one ends', async () => {
  const fixture = new Fixture();
  fixture.passes.set('short', { untilS: NOW_S + 10, endsBy: 'lease-ended' });
  fixture.passes.set('long', { untilS: NOW_S + 100 });
  const short = await fixture.seat(1, {}, { pass: 'short' });
  const long = await fixture.seat(2, {}, { pass: 'long' });
  await fixture.seat(3);
  expect(fixture.swarm.expire()).toBe((NOW_S + 10) * 1000);
  fixture.nowMs += 10_000;
  expect(fixture.swarm.expire()).toBe((NOW_S + 100) * 1000);
  expect(short.last('kicked')).toMatchObject({ code: 'lease-ended' });
  expect(long.closed).toBeUndefined();
  fixture.nowMs += 90_000;
  await fixture.say(long, { action: 'renew' });
  expect(long.last('kicked')).toMatchObject({ code: 'token-expired' });
  expect(fixture.swarm.expire()).toBeUndefined();
});
