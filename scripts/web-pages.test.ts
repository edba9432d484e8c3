import assert from 'node:assert/strict';
import type { Metafile } from 'esbuild';
import { partsOf } from './web-pages.ts';

type Output = Metafile['outputs'][string];

function output(imports: Output['imports'], entryPoint?: string): Output {
  return { bytes: 0, inputs: {}, exports: [], imports, ...(entryPoint && { entryPoint }) };
}

const bundle: Metafile = {
  inputs: {},
  outputs: {
    'dist/admin.js': output([{ path: 'dist/chunk-a.js', kind: 'import-statement' }], 'web/admin/main.tsx'),
    'dist/chunk-a.js': output([
      { path: 'dist/chunk-b.js', kind: 'import-statement' },
      { path: 'dist/qr-c.js', kind: 'dynamic-import' },
    ]),
    'dist/chunk-b.js': output([]),
    'dist/qr-c.js': output([], 'qr/index.js'),
  },
};

Deno.test('a page names early what its script imports, however deep', () => {
  assert.deepEqual(partsOf(bundle, 'admin.js').sort(), ['chunk-a.js', 'chunk-b.js']);
});
