import assert from 'node:assert/strict';
import { installCommand, missing } from './packages.ts';

const absent = { program: 'shoal-no-such-program', package: 'shoal-no-such-package', why: 'a test' };
const present = { program: 'ls', package: 'coreutils', why: 'a test' };

Deno.test('only programs that are not there count as missing', async () => {
  assert.deepEqual(await missing([present, absent]), [absent]);
});

Deno.test('the command names the packages, not the programs', () => {
  assert.match(installCommand([absent, present]), /shoal-no-such-package coreutils$/);
});
