import assert from 'node:assert/strict';
import type { Track } from '../../protocol/broadcast.ts';
import { Lane } from './lane.ts';
import { Neighbour } from './neighbour.ts';
import type { Link } from './seams.ts';

const audio: Track = {
  track: 1,
  kind: 'audio',
  codec: 'mp4a.40.2',
  bitrateKbps: 64,
  timescale: 48_000,
  sliceMs: 200,
  substreams: 1,
};

function neighbour(peerId: string): Neighbour {
  const link: Link = { peerId, route: 'peer', binding: '', queuedBytes: 0, send() {}, close() {} };
  return new Neighbour(link, new Uint8Array(16), 0, 60);
}

/** A lane that has come 900 ms late from its parent for a while. */
function lateLane(parent: Neighbour): Lane {
  const lane = new Lane(0, audio, 0);
  lane.onSwitch(parent, 0, 0);
  for (let now = 1000; now <= 10_000; now += 200) lane.onPush(now, 900);
  return lane;
}

Deno.test('a new parent is expected to be as late as it says, and judged by what is cut since it is one', () => {
  const lane = lateLane(neighbour('old'));
  lane.onSwitch(neighbour('new'), 300, 10_000);
  assert.equal(lane.lagMs, 300);
  lane.onPush(10_100, 700);
  lane.onPush(10_100, 500);
  assert.equal(lane.lagMs, 300, 'what it had in store says nothing of its lag');
  assert.equal(lane.lastPushAt, 10_100);
  lane.onPush(10_600, 400);
  assert.equal(lane.lagMs, 320);
});

Deno.test('a parent that takes notice back is no new one', () => {
  const parent = neighbour('old');
  const lane = lateLane(parent);
  lane.onSwitch(parent, 300, 10_000);
  assert.equal(lane.lagMs, 900);
});

Deno.test('the first piece of all says how late a lane is, whenever it was cut', () => {
  const lane = new Lane(0, audio, 0);
  lane.onSwitch(neighbour('first'), 100, 5000);
  lane.onPush(5100, 600);
  assert.equal(lane.lagMs, 600);
});
