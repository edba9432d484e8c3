import { expect, test } from 'vitest';
import { addViewer, emptyNow, latencyAt } from '../swarm/shard-now.ts';
import { addToTally, emptyTally } from '../swarm/tally.ts';
import { PULSE, reportOf } from '../testing/figures.ts';
import { emptyUse } from './edge-use.ts';
import { healthOf } from './health.ts';
import { emptyRow, Ledger, type LedgerSnapshot } from './ledger.ts';
import { emptyAmounts } from './shard-told.ts';
import { sumRows } from './sum-rows.ts';

test('a step is closed once, when its time is over', () => {
  const ledger = new Ledger(0);
  ledger.tellUse({ ...emptyUse(), bytes: { seed: 10_000 }, cacheMisses: 2 });
  expect(ledger.close(9999, PULSE)).toBeUndefined();
  expect(ledger.close(10_000, PULSE)).toMatchObject({
    at: 0,
    egressBytes: 10_000,
    egressKbps: 8,
    cacheMisses: 2,
  });
  expect(ledger.close(10_001, PULSE)).toBeUndefined();
  expect(ledger.close(20_000, PULSE)).toMatchObject({ at: 10_000, egressBytes: 0 });
  expect(ledger.totals.edge.seed).toBe(10_000);
});

test('a ledger goes on from its snapshot', () => {
  const ledger = new Ledger(0);
  ledger.tellShard('0', { ...emptyNow(), viewers: 4 }, { ...emptyAmounts(), joined: 4 });
  ledger.close(10_000, PULSE);
  const again = new Ledger(15_000, structuredClone(ledger.snapshot()));
  expect([again.viewers, again.totals.joined, again.spark]).toEqual([4, 4, [4]]);
});

test('a closed shard is no longer counted, nor any after the end', () => {
  const ledger = new Ledger(0);
  for (const shard of ['0', '1']) ledger.tellShard(shard, { ...emptyNow(), viewers: 2 }, emptyAmounts());
  ledger.tellShard('1', undefined, emptyAmounts());
  expect(ledger.viewers).toBe(2);
  ledger.end();
  expect(ledger.figures(1, PULSE)).toMatchObject({ viewers: 0, offload: null, health: { state: 'empty' } });
});

test('what the origin said is believed for half a minute', () => {
  const ledger = new Ledger(0);
  const status = { bitrateKbps: 900, fps: 25, keyframeIntervalS: 2, droppedPieces: 0, advice: [] };
  ledger.tellIngest(status, 0);
  expect(ledger.figures(29_000, PULSE).ingest).toEqual(status);
  expect(ledger.figures(31_000, PULSE).ingest).toBeUndefined();
});

test('latency is read between the bounds of the histogram', () => {
  const now = emptyNow();
  for (let i = 0; i < 100; i++) {
    const tally = emptyTally();
    addToTally(tally, { ...reportOf({ latencyMs: 1000 + i * 10 }), forMs: 1000 }, 0);
    addViewer(now, tally);
  }
  const [p50, p95] = [latencyAt(now.latency, 0.5)!, latencyAt(now.latency, 0.95)!];
  expect(Math.abs(p50 - 1495)).toBeLessThan(60);
  expect(Math.abs(p95 - 1945)).toBeLessThan(60);
  expect(latencyAt(emptyNow().latency, 0.5)).toBeNull();
  const slow = emptyNow();
  slow.latency[slow.latency.length - 1] = 1;
  expect(latencyAt(slow.latency, 0.5)).toBe(20_000);
});

test('who waits by its last report is counted, each as one whatever it says, over all shards', () => {
  const ledger = new Ledger(0);
  for (const shard of ['0', '1']) {
    const now = emptyNow();
    for (const waits of [undefined, 1, 1e9]) {
      const tally = emptyTally();
      addToTally(tally, { ...reportOf({ waits: 1 }), forMs: 1000 }, 0);
      addToTally(tally, { ...reportOf({ waits }), forMs: 1000 }, 1000);
      addViewer(now, tally);
    }
    ledger.tellShard(shard, now, emptyAmounts());
  }
  const figures = ledger.figures(1000, PULSE);
  expect(figures).toMatchObject({ viewers: 6, waiting: 4, health: { state: 'poor' } });
  expect(figures.health.advice[0]).toContain('4 of 6 viewers wait');
  const row = ledger.close(10_000, PULSE)!;
  expect(row.waiting).toBe(4);
  expect(sumRows([row, { ...emptyRow(10_000), waiting: 2 }], 60_000)[0]!.waiting).toBe(3);
});

test('what was kept before waiting viewers were counted counts none', () => {
  const { waiting: _, ...old } = { ...emptyNow(), viewers: 2 };
  const snapshot = { ...new Ledger(0).snapshot(), shards: [['0', old]] } as unknown as LedgerSnapshot;
  expect(new Ledger(0, snapshot).figures(1, PULSE)).toMatchObject({ viewers: 2, waiting: 0 });
});

test('health names what is short and says what to do', () => {
  const ledger = new Ledger(0);
  ledger.tellShard('0', { ...emptyNow(), viewers: 10 }, emptyAmounts());
  const figures = ledger.figures(1000, PULSE);
  expect(healthOf(figures)).toEqual({ state: 'good', advice: [] });
  expect(healthOf({ ...figures, supplyRatio: 1.3 }).state).toBe('strained');
  expect(healthOf({ ...figures, supplyRatio: 1 }).advice[0]).toContain('raise the upload cap');
  expect(healthOf({ ...figures, viewers: 2, supplyRatio: 1 }).state).toBe('good');
  expect(healthOf({ ...figures, stallsPerHour: 9 }).state).toBe('poor');
  expect(healthOf({ ...figures, refused: 3 }).state).toBe('strained');
});
