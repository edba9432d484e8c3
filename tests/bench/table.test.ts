import assert from 'node:assert/strict';
import { formatTable, quantile } from './table.ts';

Deno.test('rows become aligned columns; what a row lacks is a dash', () => {
  assert.equal(formatTable([{ a: 1, b: 'xx' }, { a: 12.345 }]), '   a   b\n   1  xx\n12.3   -');
});

Deno.test('quantiles are values that were measured', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([1, 2, 3, 4], 0.95), 4);
  assert.equal(quantile([], 0.5), undefined);
});
