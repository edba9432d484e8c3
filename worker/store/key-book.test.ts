import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import { keysOf } from '../env.ts';
import { bindings } from '../testing/edge.ts';
import { KeyBook, type PeriodPlan, REVOKE_LEAD_MS } from './key-book.ts';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

/** A book of its own, in a real object's storage. */
async function withBook(act: (book: KeyBook, make: (plans: PeriodPlan[]) => void) => void): Promise<void> {
  await runInDurableObject(keysOf(bindings, crypto.randomUUID()), (_object, state) => {
    const book = new KeyBook(state.storage.sql);
    act(book, (plans) => {
      for (const plan of plans) book.add({ ...plan, keyId: `id-${plan.number}`, sealed: 'x' });
    });
  });
}

const starts = (rows: { startsAtMs: number }[]) => rows.map(({ startsAtMs }) => startsAtMs - NOW);

test('the first key takes effect at once, the next one a period later, and so on', async () => {
  await withBook((book, make) => {
    make(book.missing(NOW, HOUR));
    expect(starts(book.inUse(NOW, 0))).toEqual([0, HOUR]);
    expect(book.missing(NOW + HOUR - 1, HOUR)).toEqual([]);
    make(book.missing(NOW + HOUR, HOUR));
    expect(starts(book.inUse(NOW + HOUR, 0))).toEqual([HOUR, 2 * HOUR]);
    expect(starts(book.inUse(NOW + HOUR, 45_000))).toEqual([0, HOUR, 2 * HOUR]);
    expect(starts(book.inUse(NOW + HOUR + 45_000, 45_000))).toEqual([HOUR, 2 * HOUR]);
  });
});

test('after a time in which nobody asked, a period begins now', async () => {
  await withBook((book, make) => {
    make(book.missing(NOW, HOUR));
    const later = NOW + 100 * HOUR;
    make(book.missing(later, HOUR));
    expect(book.inUse(later, 0).map(({ startsAtMs }) => startsAtMs)).toEqual([later, later + HOUR]);
  });
});

test('advancing gives the key that viewers hold, revoking one that nobody has', async () => {
  await withBook((book, make) => {
    make(book.missing(NOW, HOUR));
    const [, next] = book.inUse(NOW, 0);
    book.advance(NOW + 1000);
    make(book.missing(NOW + 1000, HOUR));
    expect(starts(book.inUse(NOW + 1000, 0))).toEqual([1000, 1000 + HOUR]);
    expect(book.inUse(NOW + 1000, 0)[0]!.keyId).toBe(next!.keyId);

    const held = book.list(9).map(({ keyId }) => keyId);
    make([book.revoke(NOW + 2000)]);
    const [, fresh] = book.inUse(NOW + 2000, 0);
    expect(held).not.toContain(fresh!.keyId);
    expect(fresh!.startsAtMs).toBe(NOW + 2000 + REVOKE_LEAD_MS);
    expect(book.find([held[0]!])).toEqual([]);
  });
});

test('a channel that was deleted and made anew repeats no number', async () => {
  await withBook((book, make) => {
    make(book.missing(NOW, HOUR));
    const before = book.list(9).map(({ number }) => number);
    book.clear();
    make(book.missing(NOW + 1000, HOUR));
    for (const { number } of book.list(9)) expect(before).not.toContain(number);
  });
});
