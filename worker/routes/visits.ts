/** `/api/channels/:name/visits`: who watched, as pages and as a file for a spreadsheet. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { PageQuery } from '../../protocol/page.ts';
import { VisitQuery } from '../../protocol/report.ts';
import { formBearer } from '../access/form-bearer.ts';
import { lookAtViewers } from '../channel-gate.ts';
import { type Env, reportOf } from '../env.ts';
import { takeQuery } from '../input.ts';
import { parseColumns, visitsCsv } from '../report/visits-csv.ts';

export const VisitPageQuery = v.object({ ...PageQuery.entries, ...VisitQuery.entries });
export const VisitFileQuery = v.object({
  ...VisitQuery.entries,
  columns: v.optional(v.pipe(v.string(), v.maxLength(500))),
});
/** Rows of the file that are in memory at a time. */
const ROWS_AT_ONCE = 500;

export const visits = new Hono<{ Bindings: Env }>()
  .get('/:name/visits', lookAtViewers, takeQuery(VisitPageQuery), async (c) => {
    const name = c.req.param('name');
    const { limit, after, ...query } = c.req.valid('query');
    return c.json(await reportOf(c.env, name).visits(query, limit, after));
  })
  .get(
    '/:name/visits.csv',
    lookAtViewers,
    takeQuery(VisitFileQuery),
    (c) => fileOf(c.env, c.req.param('name'), c.req.valid('query')),
  )
  .post(
    '/:name/visits.csv',
    formBearer,
    lookAtViewers,
    takeQuery(VisitFileQuery),
    (c) => fileOf(c.env, c.req.param('name'), c.req.valid('query')),
  );

function fileOf(env: Env, name: string, { columns, ...query }: v.InferOutput<typeof VisitFileQuery>) {
  const chosen = parseColumns(columns);
  const file = visitsCsv(chosen, (after) => reportOf(env, name).visits(query, ROWS_AT_ONCE, after));
  return new Response(file, {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${name}-visits.csv"`,
      'cache-control': 'no-store',
    },
  });
}
