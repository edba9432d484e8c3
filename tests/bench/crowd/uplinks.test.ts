import assert from 'node:assert/strict';
import { dealUplinks, PROFILES } from './uplinks.ts';

Deno.test('every class of a profile gets its share of the peers', () => {
  const mixed = PROFILES.find(({ name }) => name === 'mixed')!;
  const dealt = dealUplinks(mixed, 100);
  for (const { share, kbps } of mixed.classes) {
    assert.equal(dealt.filter((one) => one === kbps).length, Math.round(share * 100), `${kbps} kbps`);
  }
});

Deno.test('the shares of every profile add up to one', () => {
  for (const { name, classes } of PROFILES) {
    const sum = classes.reduce((total, { share }) => total + share, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9, name);
  }
});

Deno.test('who comes one after the other has different uplinks', () => {
  const [first, second, third] = dealUplinks(PROFILES[0]!, 50);
  assert.ok(new Set([first, second, third]).size > 1);
});

Deno.test('one peer alone gets the middle of the profile', () => {
  assert.deepEqual(dealUplinks(PROFILES[0]!, 1), [768]);
});
