import { env } from 'cloudflare:workers';
import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { Env } from '../env.ts';
import { LeaseLedger, type LedgerSnapshot, LONGEST_STEP_MS } from './lease-ledger.ts';

/** Runs with a ledger in an object's own SQL storage. */
async function withLedger(use: (open: (snapshot?: LedgerSnapshot) => LeaseLedger) => void): Promise<void> {
  const stub = (env as unknown as Env).HOOKS.getByName(crypto.randomUUID());
  await runInDurableObject(stub, (_: unknown, state: DurableObjectState) => {
    use((snapshot) => new LeaseLedger(state.storage.sql, snapshot));
  });
}

const T0 = Date.parse('2026-12-01T12:00:00Z');

test('time watched becomes seconds and bytes by the bitrate, over all shards', async () => {
  await withLedger((open) => {
    const ledger = open();
    ledger.note('0', { l1: { viewers: 2, joined: 2 } }, 800, T0);
    ledger.note('1', { l1: { viewers: 1, joined: 1 } }, 800, T0);
    ledger.note('0', { l1: { viewers: 0, joined: 0 } }, 800, T0 + 10_000);
    ledger.pass(800, T0 + 20_000);
    ledger.flush(T0 + 20_000);
    const { l1 } = ledger.totals(['l1']);
    // 3 viewers for 10 s, then 1 for 10 s, at 100 kB/s.
    expect(l1).toEqual({
      viewers: 1,
      use: { visits: 3, peakViewers: 3, viewerSeconds: 40, deliveredBytes: 4_000_000 },
    });
  });
});

test('an eviction loses nothing that was kept, and those who watch go on counting', async () => {
  await withLedger((open) => {
    const before = open();
    before.note('0', { l1: { viewers: 5, joined: 5 } }, 80, T0);
    before.flush(T0);
    const after = open(JSON.parse(JSON.stringify(before.snapshot())));
    after.end(80, T0 + 60_000);
    after.flush(T0 + 60_000);
    expect(after.totals(['l1']).l1).toEqual({
      viewers: 0,
      use: { visits: 5, peakViewers: 5, viewerSeconds: 300, deliveredBytes: 3_000_000 },
    });
  });
});

test('while the edge was away nobody watched: a box that slept for an hour bills no hour', async () => {
  await withLedger((open) => {
    const before = open();
    before.note('0', { l1: { viewers: 5, joined: 5 } }, 80, T0);
    before.flush(T0);
    const after = open(JSON.parse(JSON.stringify(before.snapshot())));
    after.pass(80, T0 + 3_600_000);
    after.pass(80, T0 + 3_610_000);
    after.flush(T0 + 3_610_000);
    expect(after.totals(['l1']).l1!.use.viewerSeconds).toBe(5 * (LONGEST_STEP_MS / 1000 + 10));
  });
});

test('use lies under the day it was counted on', async () => {
  await withLedger((open) => {
    const ledger = open();
    ledger.note('0', { l1: { viewers: 1, joined: 1 } }, 8, T0);
    ledger.flush(T0);
    ledger.end(8, T0 + 24 * 3600 * 1000);
    ledger.flush(T0 + 24 * 3600 * 1000);
    expect(ledger.days('l1').map(({ day, visits }) => [day, visits])).toEqual([
      ['2026-12-01', 1],
      ['2026-12-02', 0],
    ]);
    expect(ledger.days('l2')).toEqual([]);
  });
});

test('the shares of all shards together are the quota', async () => {
  await withLedger((open) => {
    const ledger = open();
    const shards = ['0', '1', '2'];
    ledger.note('1', { l1: { viewers: 4, joined: 4 } }, 8, T0);
    const shares = shards.map((shard) => ledger.shareOf('l1', 12, shard, shards));
    expect(shares).toEqual([3, 7, 2]);
    expect(shards.map((shard) => ledger.shareOf('l1', 3, shard, shards))).toEqual([0, 4, 0]);
  });
});
