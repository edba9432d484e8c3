import assert from 'node:assert/strict';
import { allFeeds, Swarm } from './testing/swarm.ts';

Deno.test('who feeds a peer hears of it twice as often as who has nothing to do with it, and both hear of news', () => {
  const swarm = new Swarm();
  swarm.introduces = false;
  const [seed, peer, other] = [1, 2, 3].map(() => swarm.add({ uploadKbps: 4000 }));
  seed!.feed(allFeeds(swarm.source));
  swarm.link(seed!, peer!);
  swarm.link(seed!, other!);
  swarm.link(peer!, other!);
  swarm.run(10);
  assert.deepEqual(peer!.mesh.parents().map(({ peerId }) => peerId), [seed!.peerId]);
  assert.deepEqual(other!.mesh.parents().map(({ peerId }) => peerId), [seed!.peerId]);
  const sent = new Map<string, number>();
  peer!.outgoing = (message, to) => {
    if (message.type === 'state') sent.set(to, (sent.get(to) ?? 0) + 1);
    return message;
  };
  const states = () => [seed!, other!].map(({ peerId }) => sent.get(peerId) ?? 0);
  swarm.run(24);
  const [toSeed, toOther] = states();
  assert.ok(Math.abs(toSeed! - 20) <= 1, `${toSeed} states to the seed`);
  assert.ok(Math.abs(toOther! - 10) <= 1, `${toOther} states to the other one`);
  const told = states();
  peer!.feed(allFeeds(swarm.source).slice(0, 1));
  swarm.run(0.5);
  assert.deepEqual(states().map((count, i) => count - told[i]!), [1, 1]);
});
