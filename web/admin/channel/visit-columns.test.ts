import assert from 'node:assert/strict';
import { parseColumns } from '../../../worker/report/visits-csv.ts';
import { csvColumns, keepColumns, keptColumns, STANDARD_COLUMNS, VISIT_COLUMNS } from './visit-columns.ts';

function store(text: string | null = null) {
  let kept = text;
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) };
}

Deno.test('chosen columns are kept, in the order of the report', () => {
  const browser = store();
  keepColumns(browser, ['stalls', 'in']);
  assert.deepEqual(keptColumns(browser), ['in', 'stalls']);
});

Deno.test('what is kept may be old or damaged', () => {
  for (const text of [null, '', '{', '"in"', '[]', '["gone"]']) {
    assert.deepEqual(keptColumns(store(text)), STANDARD_COLUMNS, String(text));
  }
});

Deno.test('every column that is shown stands in the CSV, too', () => {
  const names = VISIT_COLUMNS.map(({ name }) => name);
  assert.equal(parseColumns(csvColumns(names)).length, names.length);
});
