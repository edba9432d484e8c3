import assert from 'node:assert/strict';
import type { Broadcast } from '../../../protocol/broadcast.ts';
import type { Feed } from './feed.ts';
import { closeLoad, manifestAddress, openLoad, resolveAddress, unitAddress } from './loads.ts';
import { TrackTimeline } from './track-timeline.ts';

function open() {
  const timeline = new TrackTimeline(0, () => [], () => true);
  const track = { track: 0 } as Broadcast['tracks'][number];
  return openLoad({ feed: {} as Feed, broadcast: {} as Broadcast, tracks: [{ track, timeline }] });
}

Deno.test('addresses lead back to their load, track and segment', () => {
  const load = open();
  assert.deepEqual(resolveAddress(manifestAddress(load)), { load });
  assert.deepEqual(resolveAddress(unitAddress(load, 1, 77)), { load, track: 1, segment: 77 });
  closeLoad(load);
});

Deno.test('two loads do not meet', () => {
  const [one, other] = [open(), open()];
  assert.notEqual(manifestAddress(one), manifestAddress(other));
  closeLoad(one);
  assert.equal(resolveAddress(manifestAddress(one)), undefined);
  assert.equal(resolveAddress(manifestAddress(other))?.load, other);
  closeLoad(other);
});

Deno.test('closing a load ends its timelines', () => {
  const load = open();
  closeLoad(load);
  assert.equal(load.tracks[0]!.timeline.ended, true);
});

Deno.test('foreign and malformed addresses lead nowhere', () => {
  for (const address of ['shoal:', 'shoal:x', 'shoal:1/2', 'https://example.org', 'shoal:999999']) {
    assert.equal(resolveAddress(address), undefined);
  }
});
