import assert from 'node:assert/strict';
import { allFeeds, Swarm, type SwarmPeer } from './testing/swarm.ts';

/** Two shards, each of members around a bridge; the bridges are linked in the backbone. */
function twoShards(): { swarm: Swarm; shards: SwarmPeer[][]; bridges: SwarmPeer[] } {
  const swarm = new Swarm();
  swarm.hasEdge = false;
  const shards = [0, 1].map(() => Array.from({ length: 6 }, () => swarm.add({ neighbours: 4 })));
  const bridges = shards.map((shard) => shard[0]!);
  for (const shard of shards) {
    for (let i = 1; i < shard.length; i++) swarm.link(shard[i - 1]!, shard[i]!);
  }
  return { swarm, shards, bridges };
}

Deno.test('shards meet in the backbone alone: nobody is told of the other shard', () => {
  const { swarm, shards, bridges } = twoShards();
  bridges[0]!.feed(allFeeds(swarm.source));
  swarm.link(bridges[0]!, bridges[1]!, 'peer', true);
  swarm.run(40);
  for (const shard of shards) {
    for (const peer of shard) {
      const strangers = [...peer.links.keys()].filter((id) => !shard.some((one) => one.peerId === id));
      assert.equal(strangers.length, bridges.includes(peer) ? 1 : 0, 'only bridges know the other shard');
    }
  }
});

Deno.test('bridges that have a common neighbour in the backbone meet there', () => {
  const swarm = new Swarm();
  swarm.hasEdge = false;
  const bridges = Array.from({ length: 8 }, () => swarm.add());
  bridges[0]!.feed(allFeeds(swarm.source));
  for (let i = 1; i < bridges.length; i++) swarm.link(bridges[i - 1]!, bridges[i]!, 'peer', true);
  swarm.run(30);
  for (const bridge of bridges) {
    const met = [...bridge.links.values()];
    assert.ok(met.length >= 5, `${met.length}`);
    assert.ok(met.every((link) => link.backbone), 'whom one meets through the backbone is of it');
  }
});

Deno.test('a bridge with few links in the backbone asks the edge for more of them', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [a, b] = [swarm.add(), swarm.add()];
  swarm.link(a!, b!, 'peer', true);
  swarm.run(10);
  const calls = a!.events.filter((event) => event.type === 'starving');
  assert.ok(calls.some((call) => call.backbone), 'for the backbone');
  assert.ok(calls.some((call) => !call.backbone), 'and for its shard, where it knows nobody');
});

Deno.test('an offer does not cross from a shard into the backbone', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [member, bridge, other] = [1, 2, 3].map(() => swarm.add());
  swarm.link(member!, bridge!);
  swarm.link(bridge!, other!, 'peer', true);
  swarm.run(1);
  member!.mesh.signal(other!.peerId, bridge!.peerId, 'an offer');
  swarm.run(1);
  assert.deepEqual(other!.events.filter((event) => event.type === 'signal'), []);
});
