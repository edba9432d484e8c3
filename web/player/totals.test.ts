import assert from 'node:assert/strict';
import { noStats } from './player-state.ts';
import { Totals } from './totals.ts';

const visit = {
  peerBytes: 10,
  edgeBytes: 20,
  uploadBytes: 5,
  peers: 3,
  latencySeconds: 1.5,
  stalls: 1,
  startupMs: 400,
  bufferSeconds: 1.2,
};

Deno.test('without a past the figures are those of the session', () => {
  assert.deepEqual(new Totals().with(visit), visit);
  assert.deepEqual(new Totals().with(undefined), noStats);
});

Deno.test('sums go over sessions, the first start-up stays, and what is of now is of now', () => {
  const totals = new Totals();
  totals.add(visit);
  totals.add({ ...visit, startupMs: 900 });
  assert.deepEqual(totals.with({ ...visit, peers: 1 }), {
    ...visit,
    peerBytes: 30,
    edgeBytes: 60,
    uploadBytes: 15,
    stalls: 3,
    peers: 1,
  });
  assert.deepEqual([totals.with().peers, totals.with().peerBytes], [0, 20]);
});
