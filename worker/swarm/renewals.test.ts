import { expect, test } from 'vitest';
import { Fixture, idOf, INFO_HASH, NOW_S, OFFER_ID, report } from './testing/shard-fixture.ts';

test('a renewed ticket keeps its peer seated, and one that may not be renewed puts it out', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  await fixture.say(port, { action: 'renew' });
  expect(port.last()).toMatchObject({ action: 'renewed', ticket: 'renewed' });
  expect(port.seat.peer!.expiresS).toBe(NOW_S + 1200);
  fixture.mayRenew = false;
  await fixture.say(port, { action: 'renew' });
  expect(port.last('kicked')).toBeDefined();
  expect(fixture.swarm.viewers).toBe(0);
});

test('a ticket that would not last until the next report is renewed with this one, unasked', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  await fixture.say(port, { action: 'report', report });
  expect(port.last('renewed'), 'it lasts for ten minutes').toBeUndefined();
  fixture.nowMs += 150_000;
  await fixture.say(port, { action: 'report', report });
  expect(port.last('renewed')).toMatchObject({ ticket: 'renewed' });
  expect(port.seat.peer!.expiresS).toBe(NOW_S + 1200);
  const told = port.sent.length;
  await fixture.say(port, { action: 'report', report });
  expect(port.sent.length, 'once').toBe(told);
});

test('a ticket that ends with the right to watch is not renewed unasked', async () => {
  const fixture = new Fixture();
  fixture.passes.set('until then', { untilS: NOW_S + 600 });
  const port = await fixture.seat(1, {}, { pass: 'until then' });
  fixture.nowMs += 150_000;
  await fixture.say(port, { action: 'report', report });
  expect(port.last('renewed')).toBeUndefined();
});

test('a peer that lets its ticket expire is no longer relayed for, until it renews', async () => {
  const fixture = new Fixture();
  const [one, two] = [await fixture.seat(1), await fixture.seat(2)];
  const offers = [{ offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 's' }, to_peer_id: idOf(2) }];
  const message = { action: 'announce', info_hash: INFO_HASH, peer_id: idOf(1), offers };
  fixture.nowMs += 661_000;
  await fixture.say(one, message);
  expect(one.failure).toContain('expired');
  expect(two.last('announce')).toBeUndefined();
  await fixture.say(one, { action: 'renew' });
  await fixture.say(one, message);
  expect(two.last('announce')).toBeDefined();
});

test('who left while its renewal was under way is neither told nor seated again', async () => {
  const fixture = new Fixture();
  const [port, other] = [await fixture.seat(1), await fixture.seat(2)];
  const told = port.sent.length;
  const renewing = fixture.say(port, { action: 'renew' });
  fixture.swarm.gone(port);
  await renewing;
  expect(port.sent.length).toBe(told);
  const offers = [{ offer_id: OFFER_ID, offer: { type: 'offer', sdp: 's' }, to_peer_id: idOf(1) }];
  await fixture.say(other, { action: 'announce', info_hash: INFO_HASH, peer_id: idOf(2), offers });
  expect(port.sent.length).toBe(told);
});
