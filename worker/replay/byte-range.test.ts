import { expect, test } from 'vitest';
import { parseRange } from './byte-range.ts';

test('ranges are read as the standard has them', () => {
  expect(parseRange('bytes=0-9', 100)).toEqual({ start: 0, end: 10 });
  expect(parseRange('bytes=90-', 100)).toEqual({ start: 90, end: 100 });
  expect(parseRange('bytes=90-500', 100)).toEqual({ start: 90, end: 100 });
  expect(parseRange('bytes=-5', 100)).toEqual({ start: 95, end: 100 });
  expect(parseRange('bytes=-500', 100)).toEqual({ start: 0, end: 100 });
});

test('what lies past the end cannot be had, and what is no single range is passed over', () => {
  expect(parseRange('bytes=100-', 100)).toBe('unsatisfiable');
  expect(parseRange('bytes=-0', 100)).toBe('unsatisfiable');
  for (const odd of [undefined, '', 'bytes=-', 'bytes=5-4', 'bytes=0-1,3-4', 'pieces=0-1', 'bytes=a-b']) {
    expect(parseRange(odd, 100)).toBe(undefined);
  }
});
