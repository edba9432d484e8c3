import { expect, test } from 'vitest';
import { fromBase64Url } from '../../protocol/bytes.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import { WELCOME_NEIGHBOURS } from './introductions.ts';
import { FakePort, Fixture, identityOf, idOf, INFO_HASH, keyOf, started } from './testing/shard-fixture.ts';

test('a peer is welcomed with at most six neighbours, a grant and when to report', async () => {
  const fixture = new Fixture();
  for (let n = 1; n <= 20; n++) await fixture.seat(n);
  const port = await fixture.seat(99);
  expect(port.last('welcome')).toMatchObject({
    nowMs: expect.any(Number),
    grant: { value: `grant of ${idOf(99)}` },
    reportEveryMs: 300_000,
  });
  expect(port.last('welcome')!.neighbours).toHaveLength(WELCOME_NEIGHBOURS);
  expect(fixture.swarm.viewers).toBe(21);
  expect(fixture.told).toContainEqual({ seated: idOf(99) });
});

test('a full shard sends newcomers elsewhere, but lets its own peers come back', async () => {
  const fixture = new Fixture({ limit: 2 });
  await fixture.seat(1);
  await fixture.seat(2);
  const third = await fixture.seat(3);
  expect(third.last()).toEqual({ action: 'redirect', path: '/elsewhere' });
  expect(third.closed?.code).toBe(4002);
  const again = await fixture.seat(1);
  expect(again.last('welcome')).toBeDefined();
  fixture.path = undefined;
  expect((await fixture.seat(4)).failure).toContain('full');
});

test('feeds are pushed to the peer that holds them, and its acknowledgements are passed on', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  const acks = [{ track: 0, substream: 3, index: -5 }];
  await fixture.say(port, { action: 'ack', acks });
  expect(fixture.told).not.toContainEqual(expect.objectContaining({ acked: idOf(1) }));
  const feeds = [{ track: 0, substream: 3 }];
  expect(fixture.swarm.pushFeeds(idOf(1), feeds, '/seed')).toBe(true);
  expect(fixture.swarm.pushFeeds('nobody', feeds, '/seed')).toBe(false);
  expect(port.last()).toEqual({ action: 'feeds', feeds, path: '/seed' });
  await fixture.say(port, { action: 'ack', acks, given: 500 });
  expect(fixture.told).toContainEqual({ acked: idOf(1), acks, given: 500 });
});

test('one liar gets nobody banned; three witnesses of different networks do, and all are told', async () => {
  const fixture = new Fixture();
  const bad = await fixture.seat(9, { network: 'AS9' });
  const complain = { action: 'complain', peer_id: idOf(9), identity: identityOf(9), why: 'bad-piece' };
  const liar = await fixture.seat(1, { network: 'AS1' });
  for (let i = 0; i < 20; i++) await fixture.say(liar, complain);
  expect(bad.closed).toBeUndefined();
  const second = await fixture.seat(2, { network: 'AS2' });
  await fixture.say(second, complain);
  expect(bad.closed).toBeUndefined();
  await fixture.say(await fixture.seat(3, { network: 'AS3' }), complain);
  expect(bad.last('kicked')).toBeDefined();
  expect(liar.last('drop')).toEqual({ action: 'drop', identities: [identityOf(9)] });
  expect(fixture.told).toContainEqual({ banned: identityOf(9), why: 'bad-piece' });
  expect((await fixture.seat(9, { network: 'AS9' })).failure).toContain('banned');
});

test('who several say at once gives nothing is doubted and not banned; one liar, or three within minutes, say nothing', async () => {
  const fixture = new Fixture();
  const seed = await fixture.seat(9, { network: 'AS9' });
  const complain = { action: 'complain', peer_id: idOf(9), identity: identityOf(9), why: 'gives-nothing' };
  const doubts = () => fixture.told.filter((told) => 'doubted' in (told as object));
  const [a, b, c, d] = [
    await fixture.seat(1, { network: 'AS1' }),
    await fixture.seat(2, { network: 'AS2' }),
    await fixture.seat(3, { network: 'AS3' }),
    await fixture.seat(4, { network: 'AS4' }),
  ];
  for (let i = 0; i < 20; i++) await fixture.say(a, complain);
  for (const port of [b, c]) {
    fixture.nowMs += 20_000;
    await fixture.say(port, complain);
  }
  expect(doubts()).toEqual([]);
  await fixture.say(d, complain);
  expect(doubts()).toEqual([{ doubted: idOf(9) }]);
  for (let i = 0; i < 20; i++) await fixture.say(d, complain);
  expect(doubts().length, 'it is told once').toBe(1);
  expect(seed.closed).toBeUndefined();
  expect(seed.last('kicked')).toBeUndefined();
  expect(fixture.told.some((told) => 'banned' in (told as object))).toBe(false);
});

test('that somebody gives nothing is no witness of what can be proved', async () => {
  const fixture = new Fixture();
  const seed = await fixture.seat(9, { network: 'AS9' });
  const complain = { action: 'complain', peer_id: idOf(9), identity: identityOf(9), why: 'gives-nothing' };
  for (let n = 1; n <= 3; n++) {
    const port = await fixture.seat(n, { network: `AS${n}` });
    await fixture.say(port, complain);
    if (n < 3) await fixture.say(port, { ...complain, why: 'bad-piece' });
  }
  expect(seed.closed).toBeUndefined();
});

test('a complaint about another identity than the peer has is nothing', async () => {
  const fixture = new Fixture();
  await fixture.seat(9, { network: 'AS9' });
  for (let n = 1; n <= 4; n++) {
    const port = await fixture.seat(n, { network: `AS${n}` });
    await fixture.say(port, { action: 'complain', peer_id: idOf(9), identity: identityOf(8), why: 'flood' });
  }
  expect(fixture.swarm.viewers).toBe(5);
});

test('a shard rebuilt from its sockets remembers peers, stock clients and complaints', async () => {
  const fixture = new Fixture();
  const bad = await fixture.seat(9, { network: 'AS9' });
  const complain = { action: 'complain', peer_id: idOf(9), identity: identityOf(9), why: 'bad-piece' };
  const witnesses = [await fixture.seat(1, { network: 'AS1' }), await fixture.seat(2, { network: 'AS2' })];
  for (const witness of witnesses) await fixture.say(witness, complain);
  const stock = new FakePort();
  await fixture.say(stock, { action: 'announce', info_hash: INFO_HASH, peer_id: 's'.repeat(20), left: 0 });
  const again = new Fixture();
  for (const port of [bad, ...witnesses, stock]) again.swarm.restore(port);
  expect([again.swarm.viewers, again.swarm.stockPeers]).toEqual([3, 1]);
  await again.say(await again.seat(3, { network: 'AS3' }), complain);
  expect(bad.last('kicked')).toBeDefined();
});

test('when somebody begins to look, viewers do not report all at one moment', async () => {
  const fixture = new Fixture();
  const ports = await Promise.all(Array.from({ length: 20 }, (_, n) => fixture.seat(n + 1)));
  fixture.swarm.setPace(30_000);
  const phases = ports.map((port) => port.last('pace')?.reportPhaseMs as number);
  expect(new Set(phases).size).toBeGreaterThan(15);
});

test('no message whatever makes the shard throw, or reach another socket', async () => {
  const fixture = new Fixture();
  const honest = await fixture.seat(1);
  const before = honest.sent.length;
  const hostile = [
    'null',
    '{"action":"announce","info_hash":1}',
    '{"__proto__":{"action":"announce"}}',
    JSON.stringify({ ...started(2), ticket: 'x'.repeat(401) }),
    JSON.stringify({ ...started(2), ticket: '' }),
    JSON.stringify({ ...started(2), proof: '%%%' }),
    JSON.stringify({ ...started(2), info_hash: '\u0100'.repeat(20) }),
    JSON.stringify({ ...started(2), offers: [null] }),
    JSON.stringify({ action: 'scrape', info_hash: Array(60).fill('h'.repeat(20)) }),
    JSON.stringify({ action: 'candidate', to_peer_id: idOf(1), offer_id: 'o'.repeat(20), candidate: 'c' }),
    JSON.stringify({ action: 'complain', peer_id: idOf(1), identity: identityOf(1), why: 'flood' }),
    '['.repeat(10_000),
  ];
  for (const text of hostile) {
    const port = new FakePort();
    await fixture.swarm.receive(port, text);
    expect(port.sent.length).toBe(1);
  }
  expect(honest.sent.length).toBe(before);
  expect(fixture.swarm.viewers).toBe(1);
});

test('a typed message is handled as its text would be', async () => {
  const fixture = new Fixture();
  const port = new FakePort();
  await fixture.swarm.handle(port, started(1) as unknown as FromPeer);
  expect(port.last('welcome')).toBeDefined();
  expect(fromBase64Url(port.seat.peer!.key)).toEqual(keyOf(1));
});

test('that others bring what a join has not brought yet is passed on', async () => {
  const fixture = new Fixture();
  const port = await fixture.seat(1);
  await fixture.say(port, { action: 'enough' });
  expect(fixture.told).toContainEqual({ enough: idOf(1) });
});
