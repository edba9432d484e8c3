import assert from 'node:assert/strict';
import { emptyStats } from '../peer/viewer-stats.ts';
import type { StationStatus } from './station.ts';
import { statusText } from './status-line.ts';

const live: StationStatus = {
  name: 'news',
  title: 'News',
  state: 'live',
  behindS: 2.345,
  skippedSegments: 0,
  stats: { ...emptyStats(), peers: 4, peerBytes: 900_000, edgeBytes: 100_000, uploadBytes: 50_000 },
};

Deno.test('a live channel is told in one line, with rates since the line before', () => {
  assert.equal(statusText(live, undefined, 0), 'news: live, 2.3 s behind, 4 peers, 90 % from peers');
  const before = { atMs: 1000, takenBytes: 500_000, givenBytes: 0 };
  assert.match(statusText(live, before, 2000), /in 4000 kbps, out 400 kbps$/);
  assert.match(statusText({ ...live, skippedSegments: 2 }, undefined, 0), /2 segments lost$/);
});

Deno.test('a channel that is off air waits, and a refused one says why', () => {
  const quiet = { ...live, state: 'offline', reason: 'there is no broadcast' } as const;
  assert.equal(statusText(quiet, undefined, 0), 'news: off air, waiting');
  const refused = { ...live, state: 'refused', reason: 'there is no such channel' } as const;
  assert.equal(statusText(refused, undefined, 0), 'news: refused, there is no such channel');
});
