import assert from 'node:assert/strict';
import { Lane } from './lane.ts';
import type { Neighbour } from './neighbour.ts';
import { idleNeighbour } from './testing/idle-neighbour.ts';
import { AUDIO } from './testing/source.ts';

/** A lane that has come 900 ms late from its parent for a while. */
function lateLane(parent: Neighbour): Lane {
  const lane = new Lane(0, AUDIO, 0);
  lane.onSwitch(parent, 0, 0);
  for (let now = 1000; now <= 10_000; now += 200) lane.onPush(now, 900);
  return lane;
}

Deno.test('a new parent is expected to be as late as it says, and judged by what is cut since it is one', () => {
  const lane = lateLane(idleNeighbour('old'));
  lane.onSwitch(idleNeighbour('new'), 300, 10_000);
  assert.equal(lane.lagMs, 300);
  lane.onPush(10_100, 700);
  lane.onPush(10_100, 500);
  assert.equal(lane.lagMs, 300, 'what it had in store says nothing of its lag');
  assert.equal(lane.lastPushAt, 10_100);
  lane.onPush(10_600, 400);
  assert.equal(lane.lagMs, 320);
});

Deno.test('a parent that takes notice back is no new one', () => {
  const parent = idleNeighbour('old');
  const lane = lateLane(parent);
  lane.onSwitch(parent, 300, 10_000);
  assert.equal(lane.lagMs, 900);
});

Deno.test('what the first parent had in store says nothing of its lag either', () => {
  const lane = new Lane(0, AUDIO, 0);
  lane.onSwitch(idleNeighbour('first'), 100, 5000);
  lane.onPush(5100, 600);
  assert.equal(lane.lagMs, 100);
});

Deno.test('the first piece of a feed says how late it is', () => {
  const lane = new Lane(0, AUDIO, 0);
  lane.onPush(5100, 600);
  assert.equal(lane.lagMs, 600);
});
