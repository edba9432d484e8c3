import { expect, test } from 'vitest';
import { FakePort, Fixture, idOf, INFO_HASH } from './testing/shard-fixture.ts';

test('stock clients are served on shard 0 only, and never shown a viewer', async () => {
  const elsewhere = new Fixture({ shard: '1', stock: false });
  const lost = new FakePort();
  await elsewhere.say(lost, { action: 'announce', info_hash: INFO_HASH, peer_id: 's'.repeat(20) });
  expect(lost.failure).toContain('shard 0');
  const fixture = new Fixture();
  const viewer = await fixture.seat(1);
  const stock = new FakePort();
  const offers = [{ offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 's' } }];
  await fixture.say(stock, { action: 'announce', info_hash: INFO_HASH, peer_id: 's'.repeat(20), offers });
  expect(stock.last()).toMatchObject({ incomplete: 2 });
  expect(viewer.last('announce')).toBeUndefined();
  await fixture.say(stock, { action: 'announce', info_hash: INFO_HASH, peer_id: idOf(1) });
  expect(stock.failure).toContain('taken');
});

test('at most ten offers of one announce are relayed, each to another client', async () => {
  const fixture = new Fixture();
  const others: FakePort[] = [];
  for (let i = 0; i < 30; i++) {
    const port = new FakePort();
    others.push(port);
    await fixture.say(port, {
      action: 'announce',
      info_hash: INFO_HASH,
      peer_id: `s${i}`.padEnd(20),
      left: null,
    });
  }
  const offers = Array.from({ length: 15 }, (_, i) => (
    { offer_id: `o${i}`.padEnd(20), offer: { type: 'offer', sdp: `${i}` } }
  ));
  const port = new FakePort();
  await fixture.say(port, {
    action: 'announce',
    info_hash: INFO_HASH,
    peer_id: 'me'.padEnd(20),
    offers,
    left: 0,
  });
  const relayed = others.flatMap((other) => other.sent.filter((message) => 'offer' in message));
  expect(relayed).toHaveLength(10);
  expect(others.every((other) => other.sent.filter((message) => 'offer' in message).length <= 1)).toBe(true);
  expect(port.sent.some((message) => 'offer' in message)).toBe(false);
});

test('two stock clients that share a socket, as the stock client pools them, meet over it', async () => {
  const fixture = new Fixture();
  const port = new FakePort();
  await fixture.say(port, { action: 'announce', info_hash: INFO_HASH, peer_id: 'a'.repeat(20), left: 0 });
  const offers = [{ offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 's' } }];
  await fixture.say(port, {
    action: 'announce',
    info_hash: INFO_HASH,
    peer_id: 'b'.repeat(20),
    left: null,
    offers,
  });
  expect(port.sent).toContainEqual(
    expect.objectContaining({ peer_id: 'b'.repeat(20), offer: { type: 'offer', sdp: 's' } }),
  );
  fixture.swarm.gone(port);
  expect(fixture.swarm.stockPeers).toBe(0);
  for (let i = 0; i < 9; i++) {
    await fixture.say(port, { action: 'announce', info_hash: INFO_HASH, peer_id: `s${i}`.padEnd(20) });
  }
  expect(fixture.swarm.stockPeers).toBeLessThanOrEqual(8);
});

test('stopped is answered, left is counted, the newest socket of a stock peer wins', async () => {
  const fixture = new Fixture();
  const [a, b] = [new FakePort(), new FakePort()];
  const about = { action: 'announce', info_hash: INFO_HASH, peer_id: 'x'.repeat(20) };
  await fixture.say(a, { ...about, left: 5 });
  await fixture.say(a, { ...about, event: 'completed', left: 0 });
  expect(a.last()).toMatchObject({ complete: 1, incomplete: 0 });
  await fixture.say(b, { ...about, left: null });
  expect(b.last()).toMatchObject({ complete: 0, incomplete: 1 });
  fixture.swarm.gone(a);
  expect(fixture.swarm.stockPeers).toBe(1);
  await fixture.say(b, { ...about, event: 'stopped' });
  expect(b.last()).toMatchObject({ action: 'announce', complete: 0, incomplete: 0 });
});
