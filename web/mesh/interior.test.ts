import assert from 'node:assert/strict';
import { substreamOf, trackOf } from '../../protocol/piece-index.ts';
import { isInterior, worthOf } from './interior.ts';
import { Lane } from './lane.ts';
import { peerTag } from './neighbour.ts';
import { idleNeighbour } from './testing/idle-neighbour.ts';
import { VIDEO } from './testing/source.ts';
import { allFeeds, Swarm } from './testing/swarm.ts';
import { TUNING } from './tuning.ts';

const lanes = Array.from(
  { length: VIDEO.substreams },
  (_, substream) => new Lane(substream, VIDEO, substream),
);

Deno.test('of each substream one peer in so many is an interior node, and each peer of one in so many', () => {
  for (const every of [2, 3]) {
    const counts = lanes.map(() => 0);
    for (let i = 0; i < 3000; i++) {
      const tag = peerTag(`peer ${i}`);
      const mine = lanes.filter((lane) => isInterior(tag, lane, { ...TUNING, interiorEvery: every }));
      assert.ok(mine.length >= Math.floor(7 / every) && mine.length <= Math.ceil(7 / every));
      for (const lane of mine) counts[lane.substream]!++;
    }
    for (const count of counts) assert.ok(Math.abs(count * every / 3000 - 1) < 0.1, `${counts}`);
  }
});

Deno.test('who passes a lane on is worth more as a child of it than one who only takes it', () => {
  const neighbour = idleNeighbour('peer');
  neighbour.uploadKbps = 2000;
  const worths = lanes.map((lane) => worthOf(neighbour, lane, TUNING));
  for (const lane of lanes) {
    assert.equal(worths[lane.substream], isInterior(neighbour.tag, lane, TUNING) ? 2000 : 250);
  }
  assert.equal(Math.max(...worths), 2000);
  assert.equal(Math.min(...worths), 250);
});

Deno.test('where upload is short, most of what a peer passes on is of the substreams that are its own to pass on', () => {
  const swarm = new Swarm();
  for (let i = 0; i < 50; i++) swarm.add({ uploadKbps: 1100, neighbours: 16 });
  swarm.peers[0]!.feed(allFeeds(swarm.source));
  swarm.linkAtRandom(12);
  swarm.run(12);
  const pushed = { own: 0, all: 0 };
  for (const peer of swarm.peers.slice(1)) {
    const tag = peerTag(peer.peerId);
    peer.outgoing = (message) => {
      if (message.type !== 'piece' || trackOf(message.frame.record.index) !== 0) return message;
      const lane = lanes[substreamOf(message.frame.record.index, 7)]!;
      pushed.all++;
      if (isInterior(tag, lane, TUNING)) pushed.own++;
      return message;
    };
  }
  swarm.run(4);
  assert.ok(pushed.all > 1500, `${pushed.all} pushes`);
  // A third of the substreams are its own.
  assert.ok(pushed.own > 0.5 * pushed.all, `${pushed.own} of ${pushed.all}`);
});
