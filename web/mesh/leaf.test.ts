/** Who passes a piece on to nobody waits longer for it, by as much as a longer latency target allows. */
import assert from 'node:assert/strict';
import { allFeeds, Swarm } from './testing/swarm.ts';

/** Share of what came twice to a viewer whose parent's uplink stands still for more than half a second now and then. */
function twice(latencyTargetMs: number, children: number): { share: number; late: number } {
  const swarm = new Swarm();
  swarm.introduces = false;
  const options = { latencyTargetMs };
  const [seed, parent, viewer] = [6000, 4000, 4000].map((uploadKbps) => swarm.add({ uploadKbps, options }));
  // It holds all, a hop further away than the parent.
  const [far, other] = [swarm.add({ uploadKbps: 4000, options }), swarm.add({ uploadKbps: 4000, options })];
  seed!.feed(allFeeds(swarm.source));
  for (const [a, b] of [[seed, parent], [parent, viewer], [seed, far], [far, other]]) swarm.link(a!, b!);
  for (let i = 0; i < children; i++) swarm.link(viewer!, swarm.add({ uploadKbps: 0, options }));
  swarm.run(8);
  swarm.link(other, viewer!);
  swarm.run(4);
  const before = viewer!.mesh.stats().duplicateBytes;
  for (let i = 0; i < 10; i++) {
    parent!.freeAt = swarm.clock.now + 600;
    swarm.run(2);
  }
  swarm.run(2);
  const { duplicateBytes, bytes } = viewer!.mesh.stats();
  return {
    share: (duplicateBytes - before) / (bytes.peer * 20 / 34),
    late: swarm.late(viewer!, 12_000, 32_000, latencyTargetMs - 500).length,
  };
}

Deno.test('with time to spare a viewer that feeds nobody asks elsewhere for less of what its parent is late with', () => {
  const waits = twice(2340, 0);
  // Without the time, and when others wait for the same pieces, it asks.
  for (const asks of [twice(2080, 0), twice(2340, 2)]) {
    assert.ok(asks.share > 2 * waits.share, `${percent(asks.share)} came twice, and ${percent(waits.share)}`);
    assert.equal(asks.late, 0);
  }
  assert.equal(waits.late, 0);
});

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
