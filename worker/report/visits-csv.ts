/**
 * Visits as CSV (RFC 4180), streamed page by page, so that a year of them needs no memory. Texts that a spreadsheet
 * would take for a formula begin with an apostrophe.
 */
import { stringify } from 'csv-stringify/browser/esm/sync';
import type { Page } from '../../protocol/page.ts';
import type { VisitRow } from '../../protocol/report.ts';
import { COUNTED_NAMES } from '../../protocol/stats.ts';
import { Failure } from '../failure.ts';

/** Columns in the order in which they stand unless chosen otherwise. `inAt` and `outAt` are ISO 8601. */
export const VISIT_COLUMNS = [
  'inAt',
  'outAt',
  'seconds',
  'viewer',
  'address',
  'network',
  'country',
  'device',
  'browser',
  ...COUNTED_NAMES,
  'startupMs',
  'lease',
  'peerId',
] as const;
export type VisitColumn = typeof VISIT_COLUMNS[number];

/** `a,b,c`; all of them when nothing is chosen. Throws Failure 400. */
export function parseColumns(text: string | undefined): VisitColumn[] {
  if (text === undefined || text === '') return [...VISIT_COLUMNS];
  return text.split(',').map((name) => {
    const column = VISIT_COLUMNS.find((known) => known === name);
    if (!column) {
      const rule = `columns: must be of ${VISIT_COLUMNS.join(', ')}; got ${name.slice(0, 40)}`;
      throw new Failure(400, 'bad-field', rule, { field: 'columns' });
    }
    return column;
  });
}

/** `pageAfter` answers the next page; it is asked only as fast as the file is read. */
export function visitsCsv(
  columns: VisitColumn[],
  pageAfter: (after: string | undefined) => Promise<Page<VisitRow>>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const lines = (rows: unknown[][]) =>
    encoder.encode(stringify(rows, { escape_formulas: true, record_delimiter: 'windows' }));
  let after: string | undefined;
  let isFirst = true;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (isFirst) controller.enqueue(lines([[...columns]]));
      isFirst = false;
      const { items, next } = await pageAfter(after);
      if (items.length > 0) {
        controller.enqueue(lines(items.map((visit) => columns.map((name) => cell(visit, name)))));
      }
      after = next;
      if (next === undefined) controller.close();
    },
  });
}

function cell(visit: VisitRow, column: VisitColumn): string | number {
  switch (column) {
    case 'inAt':
      return new Date(visit.in).toISOString();
    case 'outAt':
      return new Date(visit.out).toISOString();
    case 'seconds':
      return Math.round((visit.out - visit.in) / 1000);
    default:
      return visit[column] ?? '';
  }
}
