import assert from 'node:assert/strict';
import type { Message } from './message.ts';
import { allFeeds, Swarm, SwarmPeer } from './testing/swarm.ts';

/** Answers requests for pieces, and pushes nothing to anybody. */
class Aloof extends SwarmPeer {
  override receive(from: string, message: Message): void {
    if (message.type !== 'subscribe') return super.receive(from, message);
    const { track, substream } = message;
    this.links.get(from)!.send({ type: 'subscribed', track, substream, accepted: false });
  }
}

Deno.test('who is refused by its nearest neighbours asks those further away too, not the nearest again and again', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  swarm.latencyMs = 120;
  const [seed, middle, willing] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 4000 }));
  seed!.feed(allFeeds(swarm.source));
  swarm.link(seed!, middle!);
  swarm.link(middle!, willing!);
  const aloof = Array.from({ length: 12 }, () => swarm.add({ uploadKbps: 4000 }, Aloof));
  for (const peer of aloof) peer.feed(allFeeds(swarm.source));
  swarm.run(10);
  const orphan = swarm.add({ uploadKbps: 0, neighbours: 20 });
  for (const peer of [...aloof, willing!]) swarm.link(orphan, peer);
  swarm.run(10);
  assert.equal(orphan.mesh.stats().parented, 8);
});

Deno.test('a parent that has no source any more is left, though it passes on what it pulls', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [former, other] = [1, 2].map(() => swarm.add({ uploadKbps: 6000 }));
  const aloof = swarm.add({ uploadKbps: 4000 }, Aloof);
  for (const peer of [former!, aloof]) peer.feed(allFeeds(swarm.source));
  swarm.link(former!, aloof);
  const children = [1, 2, 3].map(() => swarm.add({ uploadKbps: 2000 }));
  for (const child of children) swarm.link(former!, child);
  swarm.run(10);
  assert.ok(children.every((child) => child.mesh.stats().parented === 8));
  for (const child of children) swarm.link(other!, child);
  other!.feed(allFeeds(swarm.source));
  former!.feed([]);
  swarm.run(2.5);
  // All its neighbours were its children, or feed nobody; those who left feed it now.
  for (const peer of [former!, ...children]) assert.equal(peer.mesh.stats().parented, 8);
});

Deno.test('who is told that a feed goes to somebody else is fed by a neighbour before it goes', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [old, next, child] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 6000 }));
  const feeds = allFeeds(swarm.source);
  old!.feed(feeds);
  swarm.link(old!, next!);
  swarm.link(old!, child!);
  swarm.run(10);
  next!.feed(feeds);
  old!.feed(feeds.map((feed) => ({ ...feed, ending: true })));
  swarm.run(3);
  assert.deepEqual(old!.mesh.parents(), [{ peerId: next!.peerId, lanes: 8 }]);
  old!.feed([]);
  swarm.run(0.01);
  assert.equal(old!.mesh.stats().parented, 8);
  swarm.run(9);
  for (const peer of [old!, child!]) assert.deepEqual(swarm.late(peer, 8000, 20_000, 200), []);
});

Deno.test('a feed that stays after all is not subscribed to any longer', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [old, next, child] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 6000 }));
  const feeds = allFeeds(swarm.source);
  for (const peer of [old!, next!]) peer.feed(feeds);
  for (const peer of [next!, child!]) swarm.link(old!, peer);
  swarm.run(10);
  old!.feed(feeds.map((feed) => ({ ...feed, ending: true })));
  swarm.run(3);
  old!.feed(feeds);
  swarm.run(7);
  assert.deepEqual(old!.mesh.parents(), []);
  assert.deepEqual(swarm.late(child!, 8000, 18_000, 200), []);
});
