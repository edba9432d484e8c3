/** Signaling gone for five minutes, on the virtual clock: the edge feeds its seeds and introduces nobody. */
import assert from 'node:assert/strict';
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

function living(peer: SwarmPeer): number {
  return [...peer.links.values()].filter((link) => link.isOpen).length;
}
