import { env, runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { Env } from '../env.ts';
import { MOST_KEYS, SigningKeyBook } from './signing-keys.ts';

let ids = 0;
const newId = () => `key-${++ids}`;

/** A book on a storage of its own. */
async function withBook(work: (book: SigningKeyBook) => void): Promise<void> {
  const stub = (env as unknown as Env).DIRECTORY.getByName(`of a test ${newId()}`);
  await runInDurableObject(stub, (_object, state) => work(new SigningKeyBook(state.storage.sql)));
}

test('there is always a key that signs, and it stays the same', async () => {
  await withBook((book) => {
    const [first] = book.list(0, newId);
    expect(first).toMatchObject({ createdAtMs: 0, retiresAtMs: null });
    expect(book.list(1e12, newId)).toEqual([first]);
  });
});

test('after a rotation the old key is believed until the overlap ends', async () => {
  await withBook((book) => {
    const [old] = book.list(0, newId);
    const [fresh, kept] = book.rotate(1000, 500, newId);
    expect(fresh!.retiresAtMs).toBe(null);
    expect(kept).toEqual({ ...old, retiresAtMs: 1500 });
    expect(book.list(1499, newId)).toHaveLength(2);
    expect(book.list(1500, newId)).toEqual([fresh]);
  });
});

test('a key that is revoked is gone at once, and another one signs', async () => {
  await withBook((book) => {
    const [old] = book.list(0, newId);
    expect(book.revoke('another')).toBe(false);
    expect(book.revoke(old!.id)).toBe(true);
    const after = book.list(1, newId);
    expect(after).toHaveLength(1);
    expect(after[0]!.id).not.toBe(old!.id);
  });
});

test('however often keys are rotated, only so many are believed', async () => {
  await withBook((book) => {
    for (let i = 0; i < MOST_KEYS + 3; i++) book.rotate(i, 1e9, newId);
    const keys = book.list(MOST_KEYS + 3, newId);
    expect(keys).toHaveLength(MOST_KEYS);
    expect(keys.filter(({ retiresAtMs }) => retiresAtMs === null)).toHaveLength(1);
  });
});
