import assert from 'node:assert/strict';
import { until } from './until.ts';

Deno.test('what is looked for is answered as soon as it is there, errors on the way forgiven', async () => {
  let looks = 0;
  const found = await until('the third look', () => {
    looks++;
    if (looks === 1) throw new Error('not up yet');
    return looks === 3 && { looks };
  });
  assert.equal(found.looks, 3);
});

Deno.test('a wait that fails names what was waited for and what was seen last', async () => {
  const patience = { withinMs: 0, holds: (seen: number) => seen > 7 };
  await assert.rejects(
    until('more than seven', () => 7, patience),
    /0 s until more than seven; last seen: 7/,
  );
  const down = () => Promise.reject(new Error('refused'));
  await assert.rejects(until('it is up', down, { withinMs: 0 }), /last look failed: Error: refused/);
  const show = () => ({ peers: 1 });
  await assert.rejects(until('links', () => false, { withinMs: 0, show }), /"peers": 1/);
});
