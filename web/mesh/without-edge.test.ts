/**
 * On the virtual clock: signaling gone for five minutes, when the edge feeds its seeds and introduces nobody, and the
 * whole edge gone for ten seconds.
 */
import assert from 'node:assert/strict';
import { packIndex } from '../../protocol/piece-index.ts';
import { allFeeds, Swarm, type SwarmPeer } from './testing/swarm.ts';

const MINUTE_MS = 60_000;
const NEIGHBOURS = 10;

/** Calls for neighbours are not heard: who is introduced is introduced by a neighbour. */
function cutOffFromSignaling(swarm: Swarm): void {
  swarm.onStarving = () => {};
}

Deno.test('five minutes without signaling, and half of the neighbours gone: others are found through those left', () => {
  const swarm = new Swarm(3);
  const seeds = [1, 2, 3].map(() => swarm.add({ uploadKbps: 6000, neighbours: NEIGHBOURS }));
  const uplinks = [800, 2000, 4000, 6000];
  for (let i = 0; i < 37; i++) swarm.add({ uploadKbps: uplinks[i % 4]!, neighbours: NEIGHBOURS });
  const feeds = allFeeds(swarm.source);
  seeds.forEach((seed, i) => seed.feed(feeds.filter((_, n) => n % seeds.length === i)));
  swarm.linkAtRandom(6);
  swarm.run(30);
  cutOffFromSignaling(swarm);
  swarm.run(60);

  // Half of the audience goes without a word, and with it about half of everybody's neighbours.
  const gone = swarm.peers.filter((peer, i) => !seeds.includes(peer) && i % 2 === 0);
  const left = swarm.peers.filter((peer) => !gone.includes(peer));
  const before = new Map(left.map((peer) => [peer, new Set(peer.links.keys())]));
  const goneIds = new Set(gone.map(({ peerId }) => peerId));
  const lost = left.filter((peer) => {
    const ids = [...before.get(peer)!];
    return ids.filter((id) => goneIds.has(id)).length >= 0.4 * ids.length;
  });
  assert.ok(
    lost.length > left.length / 2,
    `${lost.length} of ${left.length} lose about half of their neighbours`,
  );
  for (const peer of gone) swarm.kill(peer);
  swarm.run(240);

  for (const peer of left) {
    const found = [...peer.links.keys()].filter((id) => !before.get(peer)!.has(id));
    assert.ok(living(peer) >= NEIGHBOURS / 2, `${living(peer)} neighbours at the end`);
    if (lost.includes(peer)) assert.ok(found.length > 0, 'some of them are new');
    assert.equal(peer.mesh.stats().parented, 8);
    // What a player would have to play 2.5 s after the cut is here, through all of it.
    assert.deepEqual(swarm.late(peer, 20_000, 5 * MINUTE_MS + 25_000, 2500), []);
  }
});

Deno.test('ten seconds without the edge cost nobody a parent, and a second later all have what follows live', async () => {
  // When in a segment it goes decides what each peer takes the others to have.
  for (const phaseMs of [0, 300, 700, 1100, 1600]) {
    const swarm = new Swarm(2);
    const peers = Array.from({ length: 8 }, () => swarm.add({ uploadKbps: 800, uplinkKbps: 5000 }));
    const feeds = allFeeds(swarm.source);
    peers.slice(0, 3).forEach((seed, i) => seed.feed(feeds.filter((_, n) => n % 3 === i)));
    for (const one of peers) for (const other of peers) swarm.link(one, other);
    await swarm.clock.runAsync(20_000 + phaseMs);
    swarm.isEdgeAway = true;
    await swarm.clock.runAsync(swarm.clock.now + 10_000);
    for (const peer of peers) assert.equal(peer.mesh.stats().parented, 8, `away from ${phaseMs} ms on`);
    swarm.isEdgeAway = false;
    const backMs = swarm.clock.now;
    await swarm.clock.runAsync(backMs + 1000);
    // Playback begins in the newest segment, or in the one before where that has just begun.
    const fromMs = 2000 * Math.floor((backMs - 1000) / 2000);
    for (const [n, peer] of peers.entries()) {
      assert.equal(peer.mesh.stats().parented, 8);
      assert.deepEqual(swarm.late(peer, fromMs + 1, backMs, Infinity), [], `peer ${n}, ${phaseMs} ms`);
    }
  }
});

Deno.test('after an outage a run from before the segment in which playback goes on makes nobody ask for the rest', async () => {
  const swarm = new Swarm();
  const viewer = swarm.add({ edgeFallback: true });
  viewer.feed(allFeeds(swarm.source));
  await swarm.clock.runAsync(20_000);
  swarm.isEdgeAway = true;
  await swarm.clock.runAsync(31_500);
  swarm.isEdgeAway = false;
  await swarm.clock.runAsync(31_800);
  viewer.mesh.offerPiece(swarm.source.frames.get(packIndex(13, 0, 3))!, 'run');
  viewer.mesh.setPlayhead({ decodeTimeUs: 29_000_000, bufferedUntilUs: 31_500_000, playing: true });
  await swarm.clock.runAsync(32_800);
  assert.ok(viewer.arrivals.has(packIndex(13, 0, 3)));
  assert.equal(viewer.arrivals.has(packIndex(13, 0, 4)), false);
  assert.ok(viewer.arrivals.has(packIndex(15, 0, 4)));
});

Deno.test('who goes on playing before the segment in which the mesh would has the rest of it filled', async () => {
  const swarm = new Swarm();
  const viewer = swarm.add({ edgeFallback: true });
  viewer.feed(allFeeds(swarm.source));
  await swarm.clock.runAsync(20_000);
  swarm.isEdgeAway = true;
  await swarm.clock.runAsync(31_900);
  swarm.isEdgeAway = false;
  // What is newest came, and of what is before some; the player goes on there.
  await swarm.clock.runAsync(32_000);
  viewer.mesh.offerPiece(swarm.source.frames.get(packIndex(13, 0, 3))!, 'seed');
  viewer.mesh.offerPiece(swarm.source.frames.get(packIndex(14, 0, 6))!, 'seed');
  viewer.mesh.setPlayhead({ decodeTimeUs: 28_450_000, bufferedUntilUs: 28_500_000, playing: true });
  await swarm.clock.runAsync(33_000);
  assert.ok(viewer.arrivals.has(packIndex(14, 0, 7)), 'what it plays next');
  assert.equal(viewer.arrivals.has(packIndex(13, 0, 12)), false, 'nothing that is played already');
  assert.equal(viewer.arrivals.has(packIndex(13, 0, 4)), false);
});

Deno.test('a playhead that stands where media ended does not keep the edge from being asked for what it goes on with', async () => {
  const swarm = new Swarm();
  const viewer = swarm.add({ edgeFallback: true });
  const [first, ...others] = allFeeds(swarm.source);
  viewer.feed([first!, ...others]);
  await swarm.clock.runAsync(20_000);
  swarm.isEdgeAway = true;
  viewer.mesh.setPlayhead({ decodeTimeUs: 20_000_000, bufferedUntilUs: 20_000_000, playing: false });
  await swarm.clock.runAsync(31_000);
  // One substream does not come back with the others.
  viewer.feeds = others;
  swarm.isEdgeAway = false;
  await swarm.clock.runAsync(32_500);
  assert.deepEqual(swarm.late(viewer, 30_001, 31_500, Infinity), []);
});

function living(peer: SwarmPeer): number {
  return [...peer.links.values()].filter((link) => link.isOpen).length;
}
