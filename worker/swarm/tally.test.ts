import { expect, test } from 'vitest';
import { nothingCounted, type PeerReport } from '../../protocol/stats.ts';
import { plausible } from './tally.ts';

const honest: PeerReport = {
  ...nothingCounted(),
  ...{ peerBytes: 1_000_000, repairs: 3, stalls: 2, stallMs: 900, forMs: 30_000 },
  ...{ latencyMs: 1400, bufferMs: 800, peers: 9, uploadKbps: 1200, startupMs: 700 },
};

test('an honest report is believed as it is', () => {
  expect(plausible(honest, 30_000, false)).toEqual(honest);
});

test('what no viewer can have seen in that time moves no sum: figures of a channel are not one liar’s to make', () => {
  const most = 1e9;
  const lie = plausible(
    {
      ...honest,
      ...{ peerBytes: 1e12, repairs: most, stalls: most, stallMs: most },
      ...{ latencyMs: most, bufferMs: most, peers: most, startupMs: most },
    },
    30_000,
    false,
  );
  expect(lie).toMatchObject({ peerBytes: 400_000 / 8 * 30_000, stalls: 300, repairs: 9000, stallMs: 30_000 });
  expect(lie).toMatchObject({ latencyMs: 600_000, bufferMs: 600_000, startupMs: 600_000, peers: 200 });
});
