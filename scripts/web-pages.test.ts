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
    'dist/watch.js': output([{ path: 'dist/chunk-a.js', kind: 'import-statement' }], 'web/pages/watch.ts'),
    'dist/chunk-a.js': output([
      { path: 'dist/viewer-b.js', kind: 'dynamic-import' },
      { path: 'dist/source-c.js', kind: 'dynamic-import' },
    ]),
    'dist/viewer-b.js': output([{ path: 'dist/ed25519-d.js', kind: 'dynamic-import' }], 'web/peer/viewer.ts'),
    'dist/source-c.js': output([], 'web/player/source/source.ts'),
    'dist/ed25519-d.js': output([], 'web/peer/ed25519.ts'),
  },
};

Deno.test('a page names early what it will need to play, lazily loaded or not', () => {
  assert.deepEqual(partsOf(bundle, 'watch.js').sort(), ['chunk-a.js', 'source-c.js', 'viewer-b.js']);
});

Deno.test('what only some browsers need is not named early', () => {
  assert.ok(!partsOf(bundle, 'watch.js').includes('ed25519-d.js'));
});
