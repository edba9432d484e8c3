import assert from 'node:assert/strict';
import { describeIndex, INIT_PIECE, packIndex, pieceOf, trackOf } from '../../protocol/piece-index.ts';
import { allFeeds, Swarm, type SwarmPeer } from './testing/swarm.ts';
import { peerTag } from './neighbour.ts';
import type { MeshOptions } from './seams.ts';
import { MAX_PATH } from './tuning.ts';

/** Three seeds that share the feeds, and others of mixed uplinks, linked at random. */
function mixedSwarm(count: number, seed = 1): Swarm {
  const swarm = new Swarm(seed);
  const uplinks = [0, 400, 2000, 6000, 6000];
  for (let i = 0; i < count; i++) swarm.add({ uploadKbps: i < 3 ? 6000 : uplinks[i % 5], neighbours: 12 });
  deal(swarm, swarm.peers.slice(0, 3));
  swarm.linkAtRandom(8);
  return swarm;
}

function deal(swarm: Swarm, seeds: SwarmPeer[]): void {
  const feeds = allFeeds(swarm.source);
  seeds.forEach((seed, i) => seed.feed(feeds.filter((_, n) => n % seeds.length === i)));
}

function received(peer: SwarmPeer): number {
  return Object.values(peer.mesh.stats().bytes).reduce((sum, bytes) => sum + bytes, 0);
}

Deno.test('a piece is pushed through three hops as it arrives, without a request', () => {
  const swarm = new Swarm();
  const [seed, second, third, last] = [1, 2, 3, 4].map(() => swarm.add({ uploadKbps: 4000 }));
  swarm.introduces = false;
  seed!.feed(allFeeds(swarm.source));
  swarm.link(seed!, second!);
  swarm.link(second!, third!);
  swarm.link(third!, last!);
  swarm.run(20);
  assert.deepEqual(swarm.late(last!, 8000, 18_000, 400), []);
  assert.equal(last!.mesh.stats().parented, 8);
  assert.equal(last!.mesh.stats().duplicateBytes, 0);
  const [piece] = allFeeds(swarm.source).map(({ track, substream }) => packIndex(0, track, substream));
  assert.deepEqual([seed, second, third, last].map((peer) => peer!.mesh.hops(piece!)), [0, 1, 2, 3]);
  assert.deepEqual(last!.events.filter((event) => event.type === 'unlinked'), []);
});

Deno.test('a peer that loses its parents is fed by others and misses nothing', () => {
  const swarm = mixedSwarm(20);
  swarm.run(15);
  const victim = swarm.peers.find((peer, i) => i >= 3 && peer.mesh.stats().children > 4)!;
  swarm.kill(victim);
  swarm.run(15);
  for (const peer of swarm.peers) {
    if (peer === victim) continue;
    assert.deepEqual(swarm.late(peer, 10_000, 27_000, 2500), []);
    assert.equal(peer.mesh.stats().parented, 8);
  }
});

Deno.test('when the seed of everything dies without a word, nobody gets a piece a second late', async () => {
  const swarm = new Swarm();
  const [seed, second, third] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 4000, edgeFallback: true }));
  swarm.introduces = false;
  seed!.feed(allFeeds(swarm.source));
  for (const [a, b] of [[seed, second], [seed, third], [second, third]]) swarm.link(a!, b!);
  swarm.run(15);
  seed!.isAlive = false;
  seed!.mesh.close = () => {};
  for (const peer of [second, third]) peer!.links.get(seed!.peerId)!.isOpen = false;
  // The edge sees the socket close and deals anew; the neighbours' links say nothing at all.
  swarm.run(0.07);
  deal(swarm, [second!, third!]);
  for (let tick = 0; tick < 100; tick++) {
    swarm.run(0.1);
    await new Promise((resolve) => setTimeout(resolve));
  }
  for (const peer of [second!, third!]) {
    assert.deepEqual(swarm.late(peer, 10_000, 22_000, 1000), []);
    assert.equal(peer.links.size, 2, 'the dead link is still taken for one');
    assert.equal(peer.mesh.stats().parented, 8);
  }
});

Deno.test('pieces that a parent does not push are pulled from another neighbour', () => {
  const swarm = new Swarm();
  const [seed, lossy, helper, peer] = [1, 2, 3, 4].map(() => swarm.add({ uploadKbps: 4000 }));
  swarm.introduces = false;
  seed!.feed(allFeeds(swarm.source));
  swarm.link(seed!, lossy!);
  swarm.link(seed!, helper!);
  swarm.link(lossy!, peer!);
  swarm.link(helper!, peer!);
  let pushes = 0;
  lossy!.outgoing = (message) => message.type === 'piece' && ++pushes % 5 === 0 ? undefined : message;
  swarm.run(20);
  assert.deepEqual(swarm.late(peer!, 8000, 17_000, 2500), []);
  assert.ok(pushes > 20);
});

Deno.test('in a swarm of thirty, duplicates stay below 5 % and control below 8 % of the bytes', () => {
  const swarm = mixedSwarm(30);
  swarm.run(30);
  let bytes = 0;
  let duplicates = 0;
  let control = 0;
  let upload = 0;
  for (const peer of swarm.peers) {
    assert.deepEqual(swarm.late(peer, 8000, 27_000, 1500), []);
    const stats = peer.mesh.stats();
    bytes += received(peer);
    duplicates += stats.duplicateBytes;
    control += stats.controlBytes;
    upload += stats.uploadBytes;
  }
  assert.ok(duplicates < 0.05 * bytes, `duplicates ${duplicates / bytes}`);
  assert.ok(control < 0.08 * (bytes + upload + control), `control ${control / (bytes + upload + control)}`);
});

Deno.test('one copy from the edge feeds everybody', () => {
  const swarm = mixedSwarm(30);
  swarm.run(30);
  const seeded = swarm.peers.reduce((sum, peer) => sum + peer.mesh.stats().bytes.seed, 0);
  const stream = [...swarm.source.frames.values()].reduce((sum, frame) => sum + frame.bytes.length, 0);
  assert.ok(seeded <= stream * 1.01);
});

Deno.test('a peer that gives much takes the place of a free rider, who is fed by somebody else', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const seed = swarm.add({ uploadKbps: 1400 });
  seed.feed(allFeeds(swarm.source));
  const riders = [1, 2].map(() => swarm.add({ uploadKbps: 0 }));
  for (const rider of riders) swarm.link(seed, rider);
  swarm.run(10);
  assert.ok(riders[0]!.mesh.stats().parented + riders[1]!.mesh.stats().parented > 10);
  const giver = swarm.add({ uploadKbps: 8000 });
  swarm.link(seed, giver);
  for (const rider of riders) swarm.link(giver, rider);
  swarm.run(15);
  assert.equal(giver.mesh.stats().parented, 8);
  for (const rider of riders) {
    assert.equal(rider.mesh.stats().parented, 8);
    assert.deepEqual(swarm.late(rider, 18_000, 23_000, 1500), []);
  }
});

Deno.test('where upload is short, who says that he has none to spare is served last', () => {
  const swarm = new Swarm();
  const seed = swarm.add({ uploadKbps: 2000 });
  seed.feed(allFeeds(swarm.source));
  // Who claims to have nothing is there first: no place is kept for having come early.
  const claimants = Array.from({ length: 6 }, () => swarm.add({ uploadKbps: 0 }));
  swarm.linkAtRandom(5);
  swarm.run(10);
  const givers = Array.from({ length: 4 }, () => swarm.add({ uploadKbps: 800 }));
  for (const giver of givers) for (const peer of swarm.peers) if (peer !== giver) swarm.link(giver, peer);
  swarm.run(25);
  const lateOf = (peers: SwarmPeer[]) =>
    peers.reduce((sum, peer) => sum + swarm.late(peer, 20_000, 32_000, 1500).length, 0) / peers.length;
  assert.ok(lateOf(claimants) > 40, `${lateOf(claimants)} late`);
  assert.ok(lateOf(givers) < lateOf(claimants) / 4, `${lateOf(givers)} beside ${lateOf(claimants)} late`);
});

/** One that can feed one and a half others, and two who give nothing; the first of them ranks higher. */
function tooLittleForTwo(options: Partial<MeshOptions>) {
  const swarm = new Swarm();
  swarm.introduces = false;
  const seed = swarm.add({ uploadKbps: 900, options });
  seed.feed(allFeeds(swarm.source));
  const others = [1, 2, 3, 4].map(() => swarm.add({ uploadKbps: 0, options }));
  const [higher, , , lower] = others.sort((a, b) => peerTag(b.peerId) - peerTag(a.peerId));
  return { swarm, seed, riders: [higher!, lower!] };
}

Deno.test('where upload is short for long, one is fed whole and the other waits, whoever came first', () => {
  for (const first of [0, 1]) {
    const { swarm, seed, riders } = tooLittleForTwo({ latencyTargetMs: 3250 });
    swarm.link(seed, riders[first]!);
    swarm.run(3);
    swarm.link(seed, riders[1 - first]!);
    swarm.run(20);
    const [higher, lower] = riders;
    assert.equal(higher!.mesh.stats().parented, 8);
    assert.ok(lower!.mesh.stats().parented < 6, `${lower!.mesh.stats().parented}`);
  }
});

Deno.test('a moment in which upload is short takes nobody what he has', () => {
  const { swarm, seed, riders } = tooLittleForTwo({});
  for (const rider of riders) {
    swarm.link(seed, rider);
    swarm.run(3);
  }
  const before = riders.map((rider) => rider.mesh.stats().parented);
  swarm.run(20);
  assert.deepEqual(riders.map((rider) => rider.mesh.stats().parented), before);
});

Deno.test('where upload is short for long, who has met few is fed before who can go elsewhere', () => {
  const { swarm, seed, riders } = tooLittleForTwo({ latencyTargetMs: 3250 });
  const [higher, lower] = riders;
  // As many as it wants to know, who have nothing for it.
  for (let i = 0; i < 12; i++) swarm.link(higher!, swarm.add({ uploadKbps: 0, options: { tracks: [] } }));
  for (const rider of [higher!, lower!]) swarm.link(seed, rider);
  swarm.run(20);
  assert.equal(lower!.mesh.stats().parented, 8);
  assert.ok(higher!.mesh.stats().parented < 6, `${higher!.mesh.stats().parented}`);
});

Deno.test('substreams that come very late are moved to a better parent within seconds', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  swarm.latencyMs = 200;
  const chain = Array.from({ length: 8 }, () => swarm.add({ uploadKbps: 4000 }));
  chain[0]!.feed(allFeeds(swarm.source));
  for (let i = 1; i < chain.length; i++) swarm.link(chain[i - 1]!, chain[i]!);
  swarm.run(15);
  const last = chain.at(-1)!;
  const pieces = allFeeds(swarm.source).map(({ track, substream }) => packIndex(0, track, substream));
  assert.deepEqual(pieces.map((piece) => last.mesh.hops(piece)), pieces.map(() => 7));
  swarm.link(chain[0]!, last);
  swarm.run(6);
  // Not all of them: it is not good to depend on one neighbour alone.
  const moved = pieces.filter((piece) => last.mesh.hops(piece) === 1);
  assert.ok(moved.length >= 6, `${moved.length} of 8 were moved`);
});

Deno.test('nobody is fed below the longest path that can be told, where a loop would not show', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  swarm.latencyMs = 5;
  const chain = Array.from({ length: MAX_PATH + 2 }, () => swarm.add({ uploadKbps: 4000 }));
  chain[0]!.feed(allFeeds(swarm.source));
  for (let i = 1; i < chain.length; i++) swarm.link(chain[i - 1]!, chain[i]!);
  swarm.run(90);
  assert.deepEqual(chain.slice(-2).map((peer) => peer.mesh.stats().parented), [8, 0]);
});

Deno.test('a child on the same LAN costs the upload budget nothing', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const seed = swarm.add({ uploadKbps: 100, uplinkKbps: 100 });
  const child = swarm.add({ uploadKbps: 0 });
  seed.feed(allFeeds(swarm.source));
  swarm.link(seed, child, 'lan');
  swarm.run(15);
  assert.equal(child.mesh.stats().parented, 8);
  assert.equal(seed.mesh.stats().promisedKbps, 0);
  assert.deepEqual(swarm.late(child, 6000, 13_000, 500), []);
  assert.ok(child.mesh.stats().bytes.lan > 0);
  assert.equal(child.mesh.stats().bytes.peer, 0);
});

Deno.test('a peer that gives nothing has no children and rejects requests', () => {
  const swarm = mixedSwarm(15);
  swarm.run(15);
  for (const peer of swarm.peers) {
    const stats = peer.mesh.stats();
    if (stats.uploadKbps === 0) assert.deepEqual([stats.children, stats.uploadBytes], [0, 0]);
  }
});

Deno.test('what is promised to children stays below the budget and behind no link a queue grows', () => {
  const swarm = mixedSwarm(30);
  swarm.run(20);
  for (const peer of swarm.peers) {
    const { promisedKbps, uploadKbps, uploadBytes } = peer.mesh.stats();
    assert.ok(promisedKbps <= uploadKbps * 0.8 + 560);
    assert.ok(uploadBytes * 8 / 20_000 <= uploadKbps);
    assert.ok(peer.freeAt - swarm.clock.now < 1500);
  }
});

Deno.test('a peer without an audience upstream fetches single pieces from the edge before their deadline', async () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const seed = swarm.add({ uploadKbps: 2000 });
  const peer = swarm.add({ uploadKbps: 0, edgeFallback: true });
  seed.feed(allFeeds(swarm.source));
  swarm.link(seed, peer);
  let dropped = 0;
  seed.outgoing = (message) => {
    if (message.type !== 'piece' || message.frame.record.index % 6 !== 0) return message;
    dropped++;
    return undefined;
  };
  await swarm.clock.runAsync(20_000);
  assert.ok(dropped > 5);
  assert.deepEqual(swarm.late(peer, 8000, 17_000, 1600), []);
  const { repair } = peer.mesh.stats().bytes;
  assert.ok(repair > 0 && repair < 0.3 * received(peer));
});

Deno.test('a busy edge is left alone for as long as it asks', async () => {
  const { EdgeBusy } = await import('./seams.ts');
  const swarm = new Swarm();
  swarm.introduces = false;
  const seed = swarm.add({ uploadKbps: 2000 });
  let asked = 0;
  const peer = swarm.add({ uploadKbps: 0, edgeFallback: true }, undefined, {
    fetchPiece: () => {
      asked++;
      return Promise.reject(new EdgeBusy(5000));
    },
  });
  seed.feed(allFeeds(swarm.source));
  swarm.link(seed, peer);
  seed.outgoing = (message) =>
    message.type === 'piece' && message.frame.record.index % 6 === 0 ? undefined : message;
  await swarm.clock.runAsync(20_000);
  assert.ok(asked > 0 && asked <= 4 * 4, `asked ${asked}`);
});

Deno.test('an edge that was busy for minutes is asked again within ten seconds of its having room, not by all at once', async () => {
  const { EdgeBusy } = await import('./seams.ts');
  const firstAsked: number[] = [];
  for (let seed = 1; seed <= 8; seed++) {
    const swarm = new Swarm(seed);
    swarm.introduces = false;
    const asked: number[] = [];
    const feeding = swarm.add({ uploadKbps: 2000 });
    const peer = swarm.add({ uploadKbps: 0, edgeFallback: true }, undefined, {
      fetchPiece: (index) => {
        asked.push(swarm.clock.now);
        if (swarm.clock.now < 100_000) return Promise.reject(new EdgeBusy(1000));
        return Promise.resolve(swarm.source.frames.get(index)!);
      },
    });
    feeding.feed(allFeeds(swarm.source));
    feeding.outgoing = (message) =>
      message.type === 'piece' && message.frame.record.index % 6 === 0 ? undefined : message;
    swarm.link(feeding, peer);
    await swarm.clock.runAsync(115_000);
    firstAsked.push(asked.find((at) => at >= 100_000)!);
    const whileBusy = asked.filter((at) => at >= 40_000 && at < 100_000).length;
    assert.ok(whileBusy <= 13, `asked ${whileBusy} times a minute`);
    assert.deepEqual(swarm.late(peer, 111_000, 113_000, 2500), [], `seed ${seed}`);
  }
  assert.ok(Math.max(...firstAsked) <= 110_500, firstAsked.join());
  assert.ok(Math.max(...firstAsked) - Math.min(...firstAsked) > 2000, firstAsked.join());
});

Deno.test('where upload is short, who lacks most of a stream asks an edge for it that has enough, not a busy one', async () => {
  const { EdgeBusy } = await import('./seams.ts');
  const askedOf = async (isBusy: boolean, uploadKbps = 0) => {
    const swarm = new Swarm();
    swarm.introduces = false;
    const options = { latencyTargetMs: 3250 };
    const seed = swarm.add({ uploadKbps: 250, options });
    let asked = 0;
    const peer = swarm.add({ uploadKbps, edgeFallback: true, options }, undefined, {
      fetchPiece: (index) => {
        asked++;
        if (isBusy) return Promise.reject(new EdgeBusy(1000));
        return Promise.resolve(swarm.source.frames.get(index)!);
      },
    });
    seed.feed(allFeeds(swarm.source));
    swarm.link(seed, peer);
    await swarm.clock.runAsync(30_000);
    return asked;
  };
  assert.ok(await askedOf(false) > 50);
  const asked = await askedOf(true);
  assert.ok(asked > 0 && asked <= 12, `asked ${asked}`);
  const others = await askedOf(true, 4000);
  assert.ok(others > 1.5 * asked, `who feeds others asked ${others}`);
});

Deno.test('an edge that was busy while it was away is asked at once when media goes on', async () => {
  const { EdgeBusy } = await import('./seams.ts');
  const swarm = new Swarm();
  swarm.introduces = false;
  const seed = swarm.add({ uploadKbps: 2000 });
  let isAway = true;
  const asked: number[] = [];
  const peer = swarm.add({ uploadKbps: 0, edgeFallback: true }, undefined, {
    fetchPiece: (index) => {
      if (isAway) return Promise.reject(new EdgeBusy(5000));
      asked.push(swarm.clock.now);
      return Promise.resolve(swarm.source.frames.get(index)!);
    },
  });
  swarm.link(seed, peer);
  seed.feed(allFeeds(swarm.source));
  seed.outgoing = (message) =>
    message.type === 'piece' && message.frame.record.index % 6 === 0 ? undefined : message;
  await swarm.clock.runAsync(14_000);
  seed.feed([]);
  await swarm.clock.runAsync(24_000);
  isAway = false;
  seed.feed(allFeeds(swarm.source));
  await swarm.clock.runAsync(40_000);
  assert.ok(asked[0]! < 26_000, `asked at ${asked[0]}`);
  assert.deepEqual(swarm.late(peer, 27_000, 37_000, 2500), []);
});

Deno.test('a peer that joins late starts at the newest segment and has init segments too', () => {
  const swarm = mixedSwarm(12);
  swarm.run(20.7);
  const joiner = swarm.add({ uploadKbps: 1000 });
  swarm.join(joiner, 4);
  const joined = swarm.clock.now;
  swarm.run(2);
  const tracks = new Set([...joiner.arrivals.keys()].map(trackOf));
  assert.deepEqual([...tracks].sort(), [0, 1]);
  for (const track of [0, 1]) {
    assert.ok(joiner.mesh.piece((track << 8) | 255) !== undefined, `init of track ${track}`);
    const newest = Math.floor(joined / 2000);
    assert.ok(joiner.mesh.piece((newest << 12) | (track << 8)) !== undefined, `start of track ${track}`);
  }
  swarm.run(8);
  assert.deepEqual(swarm.late(joiner, joined + 1000, joined + 8000, 1500), []);
});

Deno.test('a peer whose join begins within a segment asks nobody for what lies before it', async () => {
  const swarm = new Swarm();
  const seed = swarm.add({ uploadKbps: 4000 });
  seed.feed(allFeeds(swarm.source));
  await swarm.clock.runAsync(11_500);
  const late = swarm.add({ edgeFallback: true });
  const isInit = (index: number) => pieceOf(index) === INIT_PIECE;
  const join = [...swarm.source.frames.values()]
    .filter(({ record }) => isInit(record.index) || record.decodeTimeUs >= 10_400_000);
  for (const frame of join) late.mesh.offerPiece(frame, 'join');
  swarm.link(seed, late);
  await swarm.clock.runAsync(15_000);
  assert.deepEqual(swarm.late(late, 10_500, 14_000, 1500), []);
  const early = [...late.arrivals.keys()].filter((index) =>
    !isInit(index) && swarm.source.frames.get(index)!.record.decodeTimeUs < 10_400_000
  );
  assert.deepEqual(early, []);
  assert.equal(late.edgeBytes, 0);
});

Deno.test('a new parent pushes what was cut since the join, the end of the segment before too', async () => {
  const swarm = new Swarm();
  const seed = swarm.add({ uploadKbps: 4000 });
  seed.feed(allFeeds(swarm.source));
  await swarm.clock.runAsync(11_700);
  const ofSegment = () =>
    [...swarm.source.frames.values()].filter(({ record }) => record.decodeTimeUs >= 10e6);
  const inits = [...swarm.source.frames.values()].filter(({ record }) =>
    pieceOf(record.index) === INIT_PIECE
  );
  const join = [...inits, ...ofSegment()];
  await swarm.clock.runAsync(12_300);
  const cutSince = ofSegment().filter((frame) => !join.includes(frame));
  const late = swarm.add({ edgeFallback: true });
  for (const frame of join) late.mesh.offerPiece(frame, 'join');
  swarm.link(seed, late);
  // Nothing is asked for so soon after a join.
  await swarm.clock.runAsync(12_650);
  const lacking = cutSince.filter(({ record }) => !late.arrivals.has(record.index));
  assert.deepEqual(lacking.map(({ record }) => describeIndex(record.index)), []);
});

Deno.test('who begins with nothing is pushed the newest segment by whom it meets first, and asks for no piece of it', () => {
  const swarm = new Swarm();
  const seed = swarm.add({ uploadKbps: 4000 });
  seed.feed(allFeeds(swarm.source));
  swarm.run(11.8);
  const late = swarm.add({ edgeFallback: false });
  const requests: number[] = [];
  late.outgoing = (message) => {
    if (message.type !== 'request' || pieceOf(message.index) === INIT_PIECE) return message;
    requests.push(message.index);
    return undefined;
  };
  swarm.link(seed, late);
  swarm.run(0.5);
  const ofSegment = [...swarm.source.frames.values()].filter(({ record }) =>
    record.decodeTimeUs >= 10e6 && record.decodeTimeUs < 11.5e6
  );
  const lacking = ofSegment.filter(({ record }) => !late.arrivals.has(record.index));
  assert.deepEqual(lacking.map(({ record }) => describeIndex(record.index)), []);
  assert.deepEqual(requests, []);
});

Deno.test('who finds a new parent a second after the old one died gets from it all sound that was cut in between', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [seed, dead, heir, orphan] = [1, 2, 3, 4].map(() => swarm.add({ uploadKbps: 4000 }));
  seed!.feed(allFeeds(swarm.source));
  for (const one of [dead!, heir!]) swarm.link(seed!, one);
  swarm.link(dead!, orphan!);
  swarm.run(12.7);
  swarm.link(heir!, orphan!);
  dead!.outgoing = () => undefined;
  const requests: number[] = [];
  orphan!.outgoing = (message) => {
    if (message.type !== 'request') return message;
    requests.push(message.index);
    return undefined;
  };
  swarm.run(1.1);
  dead!.links.get(orphan!.peerId)!.close('gone');
  swarm.run(1);
  const lacking = [...swarm.source.frames.keys()].filter((index) =>
    trackOf(index) === 1 && !orphan!.arrivals.has(index) &&
    swarm.source.frames.get(index)!.record.decodeTimeUs > 8e6 &&
    swarm.source.frames.get(index)!.record.decodeTimeUs < 14e6
  );
  assert.deepEqual(lacking.map(describeIndex), []);
});

Deno.test('a track that is switched to starts at the newest segment, not where it was left', () => {
  const swarm = mixedSwarm(12);
  const peer = swarm.peers[7]!;
  swarm.run(10);
  peer.mesh.setTracks([1]);
  swarm.run(2);
  const left = Math.max(...[...peer.arrivals.keys()].filter((index) => trackOf(index) === 0));
  swarm.run(14);
  peer.mesh.setTracks([0, 1]);
  const back = swarm.clock.now;
  swarm.run(8);
  const between = [...peer.arrivals].filter(([index]) => trackOf(index) === 0 && index > left);
  const first = Math.min(...between.map(([index]) => index >>> 12));
  assert.ok(first >= Math.floor(back / 2000) - 1, `${first}`);
  assert.deepEqual(swarm.late(peer, back + 1000, back + 6000, 1500), []);
});

Deno.test('who is fed and tells nothing for long, as a page in a hidden tab, is fed on', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [source, hidden, other] = [swarm.add(), swarm.add({ uploadKbps: 0 }), swarm.add()];
  source!.feed(allFeeds(swarm.source));
  swarm.link(source!, hidden!);
  swarm.link(source!, other!);
  swarm.run(8);
  hidden!.outgoing = () => undefined;
  swarm.run(40);
  assert.deepEqual(swarm.late(hidden!, 8000, 46_000, 1500), []);
});

Deno.test('a peer that slept goes on at the newest segment', () => {
  const swarm = mixedSwarm(12);
  const sleeper = swarm.peers[7]!;
  swarm.run(10);
  const { receive } = sleeper;
  sleeper.receive = () => {};
  swarm.run(14);
  sleeper.receive = receive;
  const woke = swarm.clock.now;
  swarm.run(10);
  const slept = [...sleeper.arrivals].filter(([index, at]) => at >= woke && (index >>> 12) < woke / 2000 - 4);
  assert.deepEqual(slept, []);
  assert.deepEqual(swarm.late(sleeper, woke + 3000, woke + 8000, 1500), []);
});

Deno.test('a bridge is fed by the backbone and keeps upload for it, though its shard has the stream too', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [far, near, bridge] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 8000 }));
  far!.feed(allFeeds(swarm.source));
  near!.feed(allFeeds(swarm.source));
  swarm.link(far!, bridge!, 'peer', true);
  swarm.link(near!, bridge!);
  const riders = Array.from({ length: 8 }, () => swarm.add({ uploadKbps: 0 }));
  for (const rider of riders) swarm.link(bridge!, rider);
  swarm.run(15);
  assert.equal(far!.mesh.stats().children, 8);
  assert.equal(near!.mesh.stats().children, 0);
  assert.ok(bridge!.mesh.stats().promisedKbps <= 8000 * 0.8 * 0.25 + 70);
  assert.ok(bridge!.mesh.stats().children >= 16);
});

Deno.test('a bridge that the backbone asks for all it has still feeds its shard', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [far, bridge] = [swarm.add({ uploadKbps: 8000 }), swarm.add({ uploadKbps: 2000 })];
  far.feed(allFeeds(swarm.source));
  swarm.link(far, bridge, 'peer', true);
  const others = [1, 2, 3].map(() => swarm.add({ uploadKbps: 2000 }));
  for (const other of others) swarm.link(bridge, other, 'peer', true);
  swarm.run(10);
  assert.ok(bridge.mesh.stats().promisedKbps > 1100, `${bridge.mesh.stats().promisedKbps} kbps`);
  const viewer = swarm.add({ uploadKbps: 0 });
  swarm.link(bridge, viewer);
  swarm.run(6);
  // A quarter of 1600 kbps or a little more.
  const { parented } = viewer.mesh.stats();
  assert.ok(parented === 5 || parented === 6, `${parented} substreams`);
});

Deno.test('a bridge whose backbone has nothing for it is fed by its shard', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [far, near, bridge] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 4000 }));
  near!.feed(allFeeds(swarm.source));
  swarm.link(far!, bridge!, 'peer', true);
  swarm.link(near!, bridge!);
  swarm.run(10);
  assert.equal(near!.mesh.stats().children, 8);
});

Deno.test('a swarm whose peers give one and a half times the stream needs one copy, spread fairly', () => {
  const swarm = new Swarm(8);
  for (let i = 0; i < 8; i++) swarm.add({ uploadKbps: 768, neighbours: 20 });
  deal(swarm, swarm.peers.slice(0, 2));
  for (const peer of swarm.peers) swarm.join(peer, 7);
  swarm.run(30);
  for (const peer of swarm.peers) {
    assert.equal(peer.mesh.stats().parented, 8);
    assert.deepEqual(swarm.late(peer, 15_000, 27_000, 1000), []);
  }
});

Deno.test('a seed acknowledges the newest index of an unbroken run of each feed', () => {
  const swarm = new Swarm();
  const seed = swarm.add();
  seed.feed(allFeeds(swarm.source));
  swarm.run(3);
  seed.mesh.acknowledge();
  swarm.run(6.95);
  const acks = seed.mesh.acknowledge();
  assert.equal(acks.length, 8);
  for (const { track, index } of acks) {
    const at = swarm.cutAt.get(index)!;
    assert.ok(swarm.clock.now - at < 1000, `${track}: ${swarm.clock.now - at}`);
  }
});

Deno.test('feeds are not subscribed to, and are sought from neighbours when they are taken away', () => {
  const swarm = new Swarm();
  const [one, two] = [swarm.add({ uploadKbps: 4000 }), swarm.add({ uploadKbps: 4000 })];
  const feeds = allFeeds(swarm.source);
  one!.feed(feeds);
  two!.feed(feeds);
  swarm.link(one!, two!);
  swarm.run(5);
  assert.deepEqual([one!.mesh.stats().children, two!.mesh.stats().children], [0, 0]);
  two!.feed([]);
  swarm.run(5);
  assert.equal(one!.mesh.stats().children, 8);
  assert.equal(two!.mesh.stats().parented, 8);
});

Deno.test('neighbours introduce neighbours until there are enough', () => {
  const swarm = new Swarm();
  const peers = Array.from({ length: 12 }, () => swarm.add({ neighbours: 8 }));
  peers[0]!.feed(allFeeds(swarm.source));
  for (let i = 1; i < peers.length; i++) swarm.link(peers[i - 1]!, peers[i]!);
  swarm.run(30);
  for (const peer of peers) assert.ok(peer.mesh.stats().links >= 6, `${peer.mesh.stats().links}`);
});

Deno.test('a peer without neighbours asks the edge for some, less and less often', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const peer = swarm.add();
  swarm.run(60);
  const calls = peer.events.filter((event) => event.type === 'starving');
  assert.ok(calls.length >= 3 && calls.length <= 8, `${calls.length}`);
});

Deno.test('an opaque payload travels through a common neighbour, who names the sender', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [a, b, c] = [1, 2, 3].map(() => swarm.add());
  swarm.link(a!, b!);
  swarm.link(b!, c!);
  swarm.run(1);
  assert.equal(a!.mesh.signal(c!.peerId, b!.peerId, 'an offer'), true);
  assert.equal(a!.mesh.signal(c!.peerId, c!.peerId, 'an offer'), false);
  swarm.run(1);
  assert.deepEqual(c!.events.filter((event) => event.type === 'signal'), [
    { type: 'signal', from: a!.peerId, via: b!.peerId, backbone: false, payload: 'an offer' },
  ]);
});

Deno.test('a closed mesh says goodbye and leaves no timer behind', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [a, b] = [swarm.add(), swarm.add()];
  swarm.link(a!, b!);
  swarm.run(2);
  a!.mesh.close();
  swarm.run(1);
  assert.deepEqual(b!.events.at(-1), { type: 'unlinked', peerId: a!.peerId, reason: 'goodbye' });
  const before = a!.events.length;
  swarm.run(10);
  assert.equal(a!.events.length, before);
});

Deno.test('the same seed gives the same swarm', () => {
  const [one, two] = [mixedSwarm(10, 5), mixedSwarm(10, 5)];
  one.run(10);
  two.run(10);
  assert.deepEqual(one.peers.map((peer) => peer.mesh.stats()), two.peers.map((peer) => peer.mesh.stats()));
});

/** Runs on, and lets what the edge answers be taken in on the way. */
async function runWithEdge(swarm: Swarm, untilS: number): Promise<void> {
  while (swarm.clock.now < untilS * 1000) {
    swarm.run(0.02);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

Deno.test('what nobody got while the edge was away is fetched from it, to the end of each segment', async () => {
  const swarm = new Swarm();
  const peers = [1, 2].map(() => swarm.add({ uploadKbps: 4000, edgeFallback: true }));
  const feeds = allFeeds(swarm.source);
  const shares = peers.map((_, i) => feeds.filter((_, n) => n % 2 === i));
  peers.forEach((peer, i) => peer.feed(shares[i]!));
  swarm.link(peers[0]!, peers[1]!);
  // The end of one segment and the beginning of the next; then the end of one, a whole one, and a beginning.
  for (const [fromS, untilS] of [[9.4, 10.3], [15.2, 18.7]] as const) {
    await runWithEdge(swarm, fromS);
    for (const peer of peers) peer.feeds = [];
    await runWithEdge(swarm, untilS);
    peers.forEach((peer, i) => peer.feeds = shares[i]!);
  }
  await runWithEdge(swarm, 24);
  for (const peer of peers) {
    assert.deepEqual(swarm.late(peer, 8000, 15_000, 2000), []);
    assert.deepEqual(swarm.late(peer, 15_000, 22_000, 5000), []);
  }
});

Deno.test('a peer that stops giving hands its children over without a gap, takes on, and may give again', () => {
  const swarm = new Swarm();
  const [tired, other, child] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 4000 }));
  swarm.introduces = false;
  tired!.feed(allFeeds(swarm.source));
  swarm.link(tired!, child!);
  swarm.run(8);
  assert.equal(child!.mesh.stats().parented, 8);
  // The edge deals anew, to one that is there as well.
  other!.feed(allFeeds(swarm.source));
  swarm.link(other!, child!);
  swarm.run(4);
  tired!.mesh.setGiving(false);
  swarm.run(4);
  const given = tired!.mesh.stats();
  assert.equal(given.children, 0);
  swarm.run(8);
  assert.equal(tired!.mesh.stats().uploadBytes, given.uploadBytes);
  assert.equal(child!.mesh.stats().parented, 8);
  assert.deepEqual(swarm.late(child!, 5000, 22_000, 600), []);
  assert.deepEqual(swarm.late(tired!, 5000, 22_000, 600), []);
  tired!.mesh.setGiving(true);
  swarm.kill(other!);
  swarm.run(6);
  assert.equal(child!.mesh.stats().parented, 8);
});

Deno.test('a playhead that waits for the parts of a keyframe gets them', async () => {
  const swarm = new Swarm();
  const viewer = swarm.add({ edgeFallback: true });
  const feeds = allFeeds(swarm.source);
  const lane = feeds.findIndex(({ track, substream }) => track === 0 && substream === 4);
  viewer.feed(feeds);
  await swarm.clock.runAsync(19_950);
  // The second part of the keyframe of segment 10: (10 + 1) mod 7 = 4.
  viewer.feeds = feeds.filter((_, n) => n !== lane);
  viewer.mesh.setPlayhead({ decodeTimeUs: 20_000_000, bufferedUntilUs: 20_000_000, playing: false });
  await swarm.clock.runAsync(22_000);
  assert.ok(viewer.arrivals.has(packIndex(10, 0, 1)));
});

Deno.test('a neighbour that takes nothing any more loses its places, and who feeds it is not taken for slow', () => {
  const swarm = new Swarm();
  const [seed, gone, other] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 3000 }));
  swarm.introduces = false;
  seed!.feed(allFeeds(swarm.source));
  swarm.link(seed!, gone!);
  swarm.link(seed!, other!);
  swarm.run(8);
  assert.equal(seed!.mesh.stats().children, 16);
  seed!.links.get(gone!.peerId)!.isStuck = true;
  gone!.links.get(seed!.peerId)!.isStuck = true;
  swarm.run(5);
  assert.deepEqual([seed!.mesh.stats().children, seed!.mesh.stats().uploadKbps], [8, 3000]);
  assert.deepEqual(swarm.late(other!, 8000, 12_500, 600), []);
});
