import { expect, test } from 'vitest';
import { addUse, countBytes, type EdgeUse, emptyUse, hasUse } from './edge-use.ts';
import { emptyNow } from '../swarm/shard-now.ts';
import { PULSE } from '../testing/figures.ts';
import { emptyTotals, Ledger } from './ledger.ts';
import { prometheusText } from './prometheus.ts';
import { emptyAmounts } from './shard-told.ts';

function useOf(bytes: EdgeUse['bytes'], rest: Partial<EdgeUse> = {}): EdgeUse {
  return { ...emptyUse(), bytes, ...rest };
}

test('use adds up by kind', () => {
  const total = emptyUse();
  expect(hasUse(total)).toBe(false);
  addUse(total, useOf({ seed: 5, join: 1 }, { cacheHits: 2, refused: 1 }));
  addUse(total, useOf({ seed: 7 }, { cacheMisses: 3, originMisses: 4 }));
  countBytes(total, 'hls', 10);
  expect(total).toEqual({
    bytes: { seed: 12, join: 1, hls: 10 },
    cacheHits: 2,
    cacheMisses: 3,
    originMisses: 4,
    refused: 1,
    refusedRepairBytes: 0,
  });
  expect(hasUse(total)).toBe(true);
});

test('metrics name every kind of every channel, with help and type once a family', () => {
  const totals = { ...emptyTotals(), edge: { ...emptyTotals().edge, seed: 12 }, cacheHits: 2, lanBytes: 9 };
  const ledger = new Ledger(0);
  ledger.tellShard('0', { ...emptyNow(), viewers: 3, waiting: 2 }, emptyAmounts());
  const text = prometheusText([
    ['demo', { state: 'live', reason: '', totals, spark: [], figures: ledger.figures(1000, PULSE) }],
    ['two', { state: 'idle', reason: '', totals: emptyTotals(), spark: [] }],
  ]);
  const lines = text.trimEnd().split('\n');
  expect(lines).toContain('shoal_edge_media_bytes_total{channel="demo",kind="seed"} 12');
  expect(lines).toContain('shoal_edge_media_bytes_total{channel="two",kind="help"} 0');
  expect(lines).toContain('shoal_edge_cache_hits_total{channel="demo"} 2');
  expect(lines).toContain('shoal_viewer_received_bytes_total{channel="demo",source="lan"} 9');
  expect(lines).toContain('shoal_viewers{channel="demo"} 3');
  expect(lines).toContain('shoal_waiting_viewers{channel="demo"} 2');
  expect(lines).toContain('shoal_channel_live{channel="two"} 0');
  expect(lines).toContain('shoal_channel_state{channel="two",state="idle"} 1');
  expect(lines).toContain('shoal_latency_target_seconds{channel="demo"} 1.3');
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
  for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+\{[^{}]*\} [\d.]+)$/);
});

test('a box without channels has metrics without samples', () => {
  expect(prometheusText([]).split('\n').every((line) => line === '' || line.startsWith('#'))).toBe(true);
});
