import { expect, test } from 'vitest';
import { seal, unseal } from './seal.ts';

test('what was sealed is opened by the same secret for the same purpose only', async () => {
  const sealed = await seal('secret', 'webhook', 'whsec_abc – ü');
  expect(sealed).not.toContain('whsec');
  expect(await unseal('secret', 'webhook', sealed)).toBe('whsec_abc – ü');
  expect(await unseal('secret', 'source', sealed)).toBeUndefined();
  expect(await unseal('other', 'webhook', sealed)).toBeUndefined();
});

test('the same text is sealed differently each time, and a changed one is not opened', async () => {
  const [one, two] = await Promise.all([seal('s', 'p', 'x'), seal('s', 'p', 'x')]);
  expect(one).not.toBe(two);
  const changed = one.slice(0, -2) + (one.endsWith('AA') ? 'BB' : 'AA');
  for (const bad of [changed, '', 'AAAA', 'not base64 !']) {
    expect(await unseal('s', 'p', bad)).toBeUndefined();
  }
});
