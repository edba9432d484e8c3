import { expect, test } from 'vitest';
import { addUse, countBytes, type EdgeUse, emptyUse, hasUse } from './edge-use.ts';
import { prometheusText } from './prometheus.ts';

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
  const text = prometheusText([
    { name: 'demo', state: 'live', viewers: 3, use: useOf({ seed: 12 }, { cacheHits: 2 }) },
    { name: 'two', state: 'idle', viewers: 0, use: emptyUse() },
  ]);
  const lines = text.trimEnd().split('\n');
  expect(lines).toContain('shoal_edge_media_bytes_total{channel="demo",kind="seed"} 12');
  expect(lines).toContain('shoal_edge_media_bytes_total{channel="two",kind="help"} 0');
  expect(lines).toContain('shoal_edge_cache_hits_total{channel="demo"} 2');
  expect(lines).toContain('shoal_viewers{channel="demo"} 3');
  expect(lines).toContain('shoal_channel_live{channel="two"} 0');
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
  for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+\{[^{}]*\} \d+)$/);
});

test('a box without channels has metrics without samples', () => {
  expect(prometheusText([]).split('\n').every((line) => line === '' || line.startsWith('#'))).toBe(true);
});
