import { expect, test } from 'vitest';
import { copiesFor, copiesPerShard } from './copies.ts';

test('eight viewers cost one copy, cap or no cap', () => {
  expect(copiesFor({ viewers: 8, capKbps: null, bitrateKbps: 600 })).toBe(1);
  expect(copiesFor({ viewers: 8, capKbps: 1_000_000, bitrateKbps: 600 })).toBe(1);
});

test('a cap of 5 Mbps gives half a million viewers of 512 kbps four copies, and a tiny cap one', () => {
  expect(copiesFor({ viewers: 500_000, capKbps: 5000, bitrateKbps: 512 })).toBe(4);
  expect(copiesFor({ viewers: 500_000, capKbps: 3300, bitrateKbps: 512 })).toBe(3);
  expect(copiesFor({ viewers: 500_000, capKbps: 100, bitrateKbps: 512 })).toBe(1);
});

test('an audience at a step does not swing', () => {
  expect(copiesFor({ viewers: 25, capKbps: null, bitrateKbps: 512 })).toBe(2);
  expect(copiesFor({ viewers: 20, capKbps: null, bitrateKbps: 512 }, 2)).toBe(2);
  expect(copiesFor({ viewers: 10, capKbps: null, bitrateKbps: 512 }, 2)).toBe(1);
});

test('every shard gets two copies where egress costs nothing, and what the cap allows where it does', () => {
  expect(copiesPerShard({ shards: 20, capKbps: null, bitrateKbps: 512 })).toBe(2);
  expect(copiesPerShard({ shards: 20, capKbps: 43_000, bitrateKbps: 512 })).toBe(1);
  expect(copiesPerShard({ shards: 2, capKbps: 43_000, bitrateKbps: 512 })).toBe(4);
});
