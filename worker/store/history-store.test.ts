import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { HistoryRow } from '../../protocol/report.ts';
import { reportOf } from '../env.ts';
import { emptyRow } from '../report/ledger.ts';
import { bindings } from '../testing/edge.ts';
import { COARSE_MS, FINE_MS, HistoryStore, MOST_ROWS, stepFor } from './history-store.ts';

const HOUR = 3_600_000;
const T0 = 1_800_000_000_000;

async function withStore(use: (store: HistoryStore) => void): Promise<void> {
  const report = reportOf(bindings, crypto.randomUUID());
  await runInDurableObject(report, (_, { storage }) => use(new HistoryStore(storage.sql)));
}

function row(at: number, more: Partial<HistoryRow> = {}): HistoryRow {
  return { ...emptyRow(at), viewers: 10, peerBytes: 100, ...more };
}

test('amounts are the same in every step, gauges are means', async () => {
  await withStore((store) => {
    for (let i = 0; i < 90; i++) {
      store.add(
        row(T0 + i * 10_000, { viewers: i % 2 === 0 ? 10 : 20, latencyP50Ms: i % 3 === 0 ? 900 : null }),
      );
    }
    const end = T0 + 900_000;
    for (const step of [10, 60, 600, 3600]) {
      const { stepS, rows } = store.read(T0, end, step, end);
      expect(stepS).toBe(step);
      expect(rows.reduce((sum, { peerBytes }) => sum + peerBytes, 0)).toBe(9000);
      expect(rows.every(({ latencyP50Ms }) => latencyP50Ms === null || latencyP50Ms === 900)).toBe(true);
    }
    const [minute] = store.read(T0, end, 60, end).rows;
    expect(minute).toMatchObject({ at: T0, viewers: 15, peerBytes: 600 });
  });
});

test('a row that was kept before waiting viewers were counted is read as one without any', async () => {
  await withStore((store) => {
    const { waiting: _, ...old } = row(T0);
    store.add(old as HistoryRow);
    store.add(row(T0 + 10_000, { waiting: 2 }));
    const end = T0 + 60_000;
    expect(store.read(T0, end, 10, end).rows.map(({ waiting }) => waiting)).toEqual([0, 2]);
    expect(store.read(T0, end, 60, end).rows.map(({ waiting }) => waiting)).toEqual([1]);
  });
});

test('ten seconds are kept for an hour, minutes for a week', async () => {
  await withStore((store) => {
    for (let i = 0; i < 20; i++) store.add(row(T0 + i * 10_000));
    const later = T0 + FINE_MS + 300_000;
    expect(store.forget(later)).toBe(true);
    expect(store.read(T0, later, 10, later).rows).toEqual([]);
    expect(store.read(T0, later, 60, later).rows.length).toBe(3);
    expect(store.forget(T0 + COARSE_MS + HOUR)).toBe(false);
  });
});

test('the step follows the span, so that an answer stays small', () => {
  const now = T0 + COARSE_MS;
  expect(stepFor(now - HOUR, now, now)).toBe(10);
  expect(stepFor(now - 12 * HOUR, now, now)).toBe(60);
  expect(stepFor(now - 6 * 24 * HOUR, now, now)).toBe(600);
  expect(stepFor(0, now, now)).toBe(3600);
  expect(stepFor(now - 2 * HOUR, now - 1.9 * HOUR, now)).toBe(60);
});

test('an answer holds the newest rows', async () => {
  await withStore((store) => {
    for (let i = 0; i < MOST_ROWS + 5; i++) store.add(row(T0 + i * 10_000, { joined: i }));
    const { rows } = store.read(0, T0 + 20_000_000, 10, T0 + 10_500_000);
    expect([rows.length, rows.at(-1)!.joined]).toEqual([MOST_ROWS, MOST_ROWS + 4]);
  });
});
