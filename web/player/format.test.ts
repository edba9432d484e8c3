import assert from 'node:assert/strict';
import { formatBytes, formatClock, formatDecimal, formatSeconds, percentOf } from './format.ts';

Deno.test('bytes are told with three digits in the unit that fits', () => {
  const told = [0, 999, 1000, 12_345, 999_499, 999_500, 12_400_000, 1_020_000_000].map((bytes) =>
    formatBytes(bytes)
  );
  assert.deepEqual(told, ['0 B', '999 B', '1.00 kB', '12.3 kB', '999 kB', '1.00 MB', '12.4 MB', '1.02 GB']);
});

Deno.test('seconds have a digit behind the point while they are few', () => {
  assert.deepEqual([0, 1.46, 9.94, 9.96, 75.2].map((seconds) => formatSeconds(seconds)), [
    '0.0 s',
    '1.5 s',
    '9.9 s',
    '10 s',
    '75 s',
  ]);
});

Deno.test('lengths of time are told as on a clock', () => {
  assert.deepEqual([-1, 7, 61, 750].map(formatClock), ['0:00', '0:07', '1:01', '12:30']);
});

Deno.test('100 % means all of it, and of nothing there is no share', () => {
  assert.equal(percentOf(999, 1), 99);
  assert.equal(percentOf(5, 0), 100);
  assert.equal(percentOf(0, 0), undefined);
});

Deno.test('other languages have a comma where English has a point', () => {
  assert.equal(formatBytes(1_020_000_000, 'de'), '1,02 GB');
  assert.equal(formatSeconds(1.34, 'fr'), '1,3 s');
  assert.equal(formatDecimal(12345.678, 2, 'es'), '12345,68');
});
