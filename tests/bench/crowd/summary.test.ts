import assert from 'node:assert/strict';
import { emptyStats, type ViewerStats } from '../../../web/peer/viewer-stats.ts';
import type { ViewerResult } from './child.ts';
import { merge } from './crowd.ts';
import { controlShare, crowdRow, hopRows, perHour } from './summary.ts';

function viewer(after: Partial<ViewerStats>, more: Partial<ViewerResult> = {}): ViewerResult {
  return {
    uploadKbps: 1024,
    isSeed: false,
    seconds: 10,
    stalls: 0,
    stalledMs: 0,
    before: emptyStats(),
    after: { ...emptyStats(), ...after },
    ...more,
  };
}

Deno.test('copies, share of HTTP and control share come out of bytes', () => {
  // 512 kbps over 10 s are 640,000 bytes.
  const viewers = [
    viewer({ edgeBytes: 640_000, seedBytes: 600_000, uploadBytes: 640_000 }),
    viewer({ peerBytes: 640_000 }),
  ];
  const row = crowdRow({ viewers, lagsByHop: [[10, 20], [100, 300]], sentBytes: 800_000 }, 512);
  assert.equal(row.copies, 1);
  assert.equal(row.seedCopies, 0.9375);
  assert.equal(row.httpShare, 0.5);
  assert.equal(row.receivedShare, 1);
  assert.equal(row.controlShare, 0.2);
  assert.equal(row.supplyRatio, 2);
});

Deno.test('what was counted before the measurement is not in it', () => {
  const before = { ...emptyStats(), edgeBytes: 640_000, repairs: 5 };
  const row = crowdRow(
    { viewers: [viewer({ edgeBytes: 1_280_000, repairs: 7 }, { before })], lagsByHop: [], sentBytes: 0 },
    512,
  );
  assert.equal(row.copies, 1);
  assert.equal(row.repairs, 2);
});

Deno.test('each hop has its own lags, and hops without pieces have no row', () => {
  const rows = hopRows({ viewers: [], lagsByHop: [[10, 20, 30], [], [400]], sentBytes: 0 });
  assert.deepEqual(rows.map(({ hop, pieces, share }) => [hop, pieces, share]), [[0, 3, 0.75], [2, 1, 0.25]]);
  assert.equal(rows[1]!.lagP95Ms, 400);
});

Deno.test('the control share of nothing sent is nothing', () => {
  assert.equal(controlShare(0, 0), 0);
});

Deno.test('requests and messages are scaled from what was measured to an hour of one viewer', () => {
  const viewers = [viewer({ edgeRequests: 2, signalMessages: 10 }), viewer({ edgeRequests: 0 })];
  assert.deepEqual(perHour(viewers), { requests: 360, messages: 1800 });
  assert.deepEqual(perHour([]), { requests: 0, messages: 0 });
});

Deno.test('figures of several processes become those of one', () => {
  const merged = merge([
    { viewers: [viewer({})], lagsByHop: [[1]], sentBytes: 5 },
    { viewers: [viewer({})], lagsByHop: [[2], [3]], sentBytes: 6 },
  ]);
  assert.equal(merged.viewers.length, 2);
  assert.deepEqual(merged.lagsByHop, [[1, 2], [3]]);
  assert.equal(merged.sentBytes, 11);
});
