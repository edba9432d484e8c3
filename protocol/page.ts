/** Lists of the API: one shape, one way to turn a page. */
import * as v from 'valibot';

/** Rows of a page when the caller does not say. */
export const PAGE_ROWS = 50;
export const MOST_PAGE_ROWS = 500;

const limit = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,6}$/, 'must be a whole number'),
    v.transform(Number),
    v.minValue(1, 'must be at least 1'),
    v.maxValue(MOST_PAGE_ROWS, `must be at most ${MOST_PAGE_ROWS}`),
  ),
  String(PAGE_ROWS),
);

/** Query of every list: `limit` rows after `after`, which is `next` of the page before. */
export const PageQuery = v.object({ limit, after: v.optional(v.pipe(v.string(), v.maxLength(300))) });
export type PageQuery = v.InferOutput<typeof PageQuery>;

/** The same, of rows that hold a text. */
export const SearchQuery = v.object({
  ...PageQuery.entries,
  query: v.optional(v.pipe(v.string(), v.maxLength(100)), ''),
});
export type SearchQuery = v.InferOutput<typeof SearchQuery>;

/** Answer of every list. `next` is absent on the last page; a page may be short and still have a next one. */
export interface Page<T> {
  items: T[];
  next?: string;
}

/** Schema of a page, for the API's document. */
export function pageOf<Item extends v.GenericSchema>(item: Item) {
  return v.object({ items: v.array(item), next: v.optional(v.string()) });
}
