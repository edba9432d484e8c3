/** Pages of lists that are small enough to be held whole: the cursor is the last row's key. */
import * as v from 'valibot';
import { type Page, PageQuery } from '../protocol/page.ts';
import { Failure } from './failure.ts';

/** Throws Failure 400 for a bad query; a cursor whose row is gone begins anew. */
export function pageIn<T>(all: T[], keyOf: (row: T) => string, query: Record<string, string>): Page<T> {
  const parsed = v.safeParse(PageQuery, query);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const field = v.getDotPath(issue) ?? '';
    throw new Failure(400, 'bad-field', `${field}: ${issue.message}`, { field });
  }
  const { limit, after } = parsed.output;
  const from = after === undefined ? 0 : all.findIndex((row) => keyOf(row) === after) + 1;
  const items = all.slice(from, from + limit);
  const last = items.at(-1);
  return from + limit < all.length && last !== undefined ? { items, next: keyOf(last) } : { items };
}
