import { expect, test } from 'vitest';
import { concatBytes, fromBase64Url, toBase64Url, toBinaryString } from '../../protocol/bytes.ts';
import { encodeTicket, peerIdFor } from '../../protocol/ticket.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import type { Outgoing } from './outgoing.ts';
import type { Place } from './place.ts';
import type { Right } from './right.ts';
import { emptySeat, type Seat } from './seat.ts';
import { BACKBONE_NEIGHBOURS, WELCOME_NEIGHBOURS } from './introductions.ts';
import { LINKED_MS } from './seed-watch.ts';
import { Swarm } from './swarm.ts';
import type { Port, ShardConfig, SwarmWorld } from './world.ts';

const HASH = new Uint8Array(20).fill(7);
const INFO_HASH = toBinaryString(HASH);
const PROOF = toBase64Url(new Uint8Array(64));
const NOW_S = 1_000_000;

class FakePort implements Port {
  readonly sent: Record<string, unknown>[] = [];
  readonly seat: Seat;
  saves = 0;
  closed: { code: number; reason: string } | undefined;

  constructor(place: Partial<Place> = {}) {
    this.seat = emptySeat({ address: '', network: '', country: '', region: '', ...place });
  }

  save(): void {
    this.saves++;
    structuredClone(this.seat);
  }

  send(message: Outgoing): void {
    this.sent.push(message as Record<string, unknown>);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  last(action?: string): Record<string, unknown> | undefined {
    return this.sent.findLast((message) => action === undefined || message.action === action);
  }

  get failure(): unknown {
    return this.sent.findLast((message) => 'failure reason' in message)?.['failure reason'];
  }
}

/** A shard and all that it told its world. */
class Fixture {
  nowMs = NOW_S * 1000;
  readonly told: unknown[] = [];
  genuine = true;
  mayRenew = true;
  /** What passes say, by their text. */
  readonly passes = new Map<string, Right>();
  path: string | undefined = '/elsewhere';
  readonly swarm: Swarm;
  readonly world: SwarmWorld;

  constructor(config: Partial<ShardConfig> = {}, banned: string[] = []) {
    let seed = 1;
    this.world = {
      nowMs: () => this.nowMs,
      random: () => (seed = (seed * 16807) % 2147483647) / 2147483647,
      peerIdOf: (key) => peerIdFor(key),
      verify: () => this.genuine,
      right: (_peerId, pass) => pass === undefined ? {} : this.passes.get(pass),
      grant: (row) => ({ value: `grant of ${row.id}`, expiresS: NOW_S + 30 }),
      renew: (row) =>
        this.mayRenew ? { ticket: 'renewed', expiresS: row.expiresS + 600, iceServers: [] } : undefined,
      elsewhere: () => this.path,
      across: (shard, peerId, message) => this.told.push({ across: shard, peerId, message }),
      acked: (row, acks, given) => this.told.push({ acked: row.id, acks, given }),
      seated: (row) => this.told.push({ seated: row.id }),
      reported: () => {},
      left: (row) => this.told.push({ left: row.id, seed: row.seed }),
      doubted: (row) => this.told.push({ doubted: row.id }),
      banned: (identity, why) => this.told.push({ banned: identity, why }),
    };
    this.swarm = new Swarm(this.world, {
      infoHash: INFO_HASH,
      shard: '0',
      limit: 100,
      stock: true,
      terms: { takenKbps: 500, givenKbps: 2000 },
      ...config,
    }, banned);
  }

  say(port: Port, message: unknown): void | Promise<void> {
    return this.swarm.receive(port, JSON.stringify(message));
  }

  async seat(n: number, place: Partial<Place> = {}, more: Record<string, unknown> = {}): Promise<FakePort> {
    const port = new FakePort(place);
    await this.say(port, { ...started(n), ...more });
    return port;
  }
}

const keyOf = (n: number) => new Uint8Array(32).fill(n);
const idOf = (n: number) => peerIdFor(keyOf(n));
const identityOf = (n: number) => n.toString(16).padStart(2, '0').repeat(8);

function ticketOf(n: number, expiresS = NOW_S + 600): string {
  const identity = new Uint8Array(8).fill(n);
  return toBase64Url(
    concatBytes(encodeTicket({ infoHash: HASH, peerKey: keyOf(n), identity, expiresS }), new Uint8Array(64)),
  );
}

function started(n: number) {
  return {
    action: 'announce',
    event: 'started',
    info_hash: INFO_HASH,
    peer_id: idOf(n),
    ticket: ticketOf(n),
    proof: PROOF,
    capability: { uploadKbps: 1000 + n, track: 0, nat: 'open' },
  };
}

const report = {
  lanBytes: 1,
  peerBytes: 2,
  turnBytes: 3,
  edgeBytes: 4,
  uploadBytes: 5,
  duplicateBytes: 6,
  repairs: 0,
  stalls: 0,
  stallMs: 0,
  latencyMs: 1200,
  bufferMs: 800,
  peers: 9,
  uploadKbps: 1000,
};

test('a bridge is welcomed in the backbone with more neighbours, since nobody there introduces others', async () => {
  const fixture = new Fixture({ shard: 'b0' });
  for (let n = 1; n <= 20; n++) await fixture.seat(n);
  const port = await fixture.seat(99);
  expect(port.last('welcome')!.neighbours).toHaveLength(BACKBONE_NEIGHBOURS);
});

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

test('offers that come with the first announce are relayed after the welcome', async () => {
  const fixture = new Fixture();
  const first = await fixture.seat(1);
  const offer = { offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 's' }, to_peer_id: idOf(1) };
  await fixture.seat(2, {}, { offers: [offer] });
  expect(first.last('announce')).toMatchObject({ peer_id: idOf(2), offer: { sdp: 's' } });
});

test('a forged ticket takes no seat, and five refusals close the socket', async () => {
  const fixture = new Fixture();
  fixture.genuine = false;
  const port = new FakePort();
  for (let i = 0; i < 5; i++) await fixture.say(port, started(1));
  expect(fixture.swarm.viewers).toBe(0);
  expect(port.sent[0]!['failure reason']).toContain('signature');
  expect(port.closed?.code).toBe(1008);
});

test('messages of a socket whose ticket is being checked wait for it', async () => {
  const fixture = new Fixture();
  const port = new FakePort();
  const first = fixture.say(port, started(1));
  const second = fixture.say(port, { action: 'more', want: 2, known: [] });
  await Promise.all([first, second]);
  expect(port.sent.map(({ action }) => action)).toEqual(['welcome', 'neighbours']);
});

test('a socket that closes while its ticket is being checked takes no seat', async () => {
  const fixture = new Fixture();
  const port = new FakePort();
  const checking = fixture.say(port, started(1));
  fixture.swarm.gone(port);
  await checking;
  expect(fixture.swarm.viewers).toBe(0);
  expect(port.sent).toEqual([]);
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

test('nothing is expected of a seed while who plays the same has had no time to link, or nobody does', async () => {
  const fixture = new Fixture();
  await fixture.seat(1);
  const seed = fixture.swarm.row(idOf(1))!;
  fixture.nowMs += 60_000;
  expect(fixture.swarm.hasTaker(seed)).toBe(false);
  await fixture.seat(2, {}, { capability: { uploadKbps: 1000, track: 2, nat: 'open' } });
  fixture.nowMs += LINKED_MS;
  expect(fixture.swarm.hasTaker(seed)).toBe(false);
  await fixture.seat(3);
  fixture.nowMs += LINKED_MS - 1;
  expect(fixture.swarm.hasTaker(seed)).toBe(false);
  fixture.nowMs++;
  expect(fixture.swarm.hasTaker(seed)).toBe(true);
});

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

test('more neighbours are named without those known, and not as often as one likes', async () => {
  const fixture = new Fixture();
  for (let n = 1; n <= 10; n++) await fixture.seat(n);
  const port = await fixture.seat(50);
  await fixture.say(port, { action: 'more', want: 20, known: [idOf(1), idOf(2)] });
  const named = (port.last('neighbours')!.neighbours as { peer_id: string }[]).map(({ peer_id }) => peer_id);
  expect(named).toHaveLength(8);
  for (let i = 0; i < 10; i++) await fixture.say(port, { action: 'more', want: 20, known: [] });
  expect(port.last('neighbours')!.neighbours).toEqual([]);
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

test('when somebody begins to look, viewers do not report all at one moment', async () => {
  const fixture = new Fixture();
  const ports = await Promise.all(Array.from({ length: 20 }, (_, n) => fixture.seat(n + 1)));
  fixture.swarm.setPace(30_000);
  const phases = ports.map((port) => port.last('pace')?.reportPhaseMs as number);
  expect(new Set(phases).size).toBeGreaterThan(15);
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

const OFFER_ID = 'o'.repeat(20);

test('a bridge is sent to the backbone of its region, where that has one', async () => {
  const fixture = new Fixture();
  const [far, near] = [await fixture.seat(1, { region: 'AS' }), await fixture.seat(2, { region: 'EU' })];
  fixture.swarm.lendBridges({ '': '/b0', EU: '/bEU' }, 2);
  expect([far, near].map((port) => port.last('bridge')?.path)).toEqual(['/b0', '/bEU']);
});

test('who sits down in one object of the backbone is named some of the others, and heard there', async () => {
  const fixture = new Fixture({ shard: 'bEU' });
  for (let n = 1; n <= 20; n++) await fixture.seat(n);
  fixture.swarm.beyond = [50, 51, 52, 53].map((n) => ({ id: idOf(n), shard: 'b0' }));
  const port = await fixture.seat(99);
  const named = (port.last('welcome')!.neighbours as { peer_id: string }[]).map(({ peer_id }) => peer_id);
  expect(named).toHaveLength(BACKBONE_NEIGHBOURS);
  const beyond = named.filter((id) => [50, 51, 52, 53].map(idOf).includes(id));
  expect(beyond).toHaveLength(3);
  const description = { type: 'offer', sdp: 'sdp' };
  const about = { action: 'announce', info_hash: INFO_HASH, peer_id: idOf(99) };
  await fixture.say(port, {
    ...about,
    offers: [{ offer_id: OFFER_ID, offer: description, to_peer_id: beyond[0]! }],
  });
  expect(fixture.told.at(-1)).toEqual({
    across: 'b0',
    peerId: beyond[0],
    message: { ...about, offer_id: OFFER_ID, offer: description },
  });
  await fixture.say(port, { action: 'candidate', to_peer_id: beyond[1], offer_id: OFFER_ID, candidate: 'c' });
  expect(fixture.told.at(-1)).toMatchObject({ across: 'b0', peerId: beyond[1] });
});

test('an offer from another object of the backbone is passed on, and its answer finds the way back', async () => {
  const fixture = new Fixture({ shard: 'b0' });
  const port = await fixture.seat(1);
  const about = { action: 'announce', info_hash: INFO_HASH } as const;
  const offer = {
    ...about,
    peer_id: idOf(80),
    offer_id: OFFER_ID,
    offer: { type: 'offer', sdp: 'x' },
  } as const;
  fixture.swarm.deliver(idOf(1), offer, 'bEU');
  fixture.swarm.deliver(idOf(2), offer, 'bEU');
  expect(port.last('announce')).toEqual(offer);
  const answer = { offer_id: OFFER_ID, answer: { type: 'answer', sdp: 'y' } };
  await fixture.say(port, { ...about, peer_id: idOf(1), ...answer, to_peer_id: idOf(80) });
  expect(fixture.told.at(-1)).toEqual({
    across: 'bEU',
    peerId: idOf(80),
    message: { ...about, peer_id: idOf(1), ...answer },
  });
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
