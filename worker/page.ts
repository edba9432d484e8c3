/** Pages of lists that are small enough to be held whole: the cursor is the last row's key. */
import type { Page, PageQuery } from '../protocol/page.ts';

/** A cursor whose row is gone begins anew. */
export function pageIn<T>(all: T[], keyOf: (row: T) => string, { limit, after }: PageQuery): Page<T> {
  const from = after === undefined ? 0 : all.findIndex((row) => keyOf(row) === after) + 1;
  const items = all.slice(from, from + limit);
  const last = items.at(-1);
  return from + limit < all.length && last !== undefined ? { items, next: keyOf(last) } : { items };
}
