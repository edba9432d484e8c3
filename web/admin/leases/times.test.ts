import assert from 'node:assert/strict';
import { inputTime, instantOf } from './times.ts';

Deno.test('a time goes through the input and comes out as the same instant', () => {
  const at = new Date(2026, 11, 1, 9, 5);
  assert.equal(inputTime(at), '2026-12-01T09:05');
  assert.equal(instantOf(inputTime(at)), at.toISOString());
});

Deno.test('what is no time is no instant', () => {
  assert.equal(instantOf(''), undefined);
  assert.equal(instantOf('soon'), undefined);
});
