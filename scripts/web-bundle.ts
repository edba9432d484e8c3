/** The esbuild run behind the build and the size report. */
import { build, type Metafile, stop } from 'esbuild';
import { pathOf, ROOT } from './paths.ts';

/** Entry points by the name they get. `player.js` is what other sites embed: its name never changes. */
export const ENTRIES = {
  player: 'web/player/element.ts',
  watch: 'web/pages/watch.ts',
  embed: 'web/pages/embed.ts',
  replay: 'web/pages/replay.ts',
  docs: 'web/pages/docs.ts',
  'mesh-worker': 'web/peer/remote/mesh-worker.ts',
  'shoal-embed': 'web/sdk/shoal-embed.ts',
  admin: 'web/admin/main.tsx',
  'admin-style': 'web/admin/style/index.css',
} as const;

/** Browsers of the last years. */
export const TARGET = ['es2022', 'chrome100', 'firefox102', 'safari16'];

/** Bundles for browsers of the last years: ESM, split, minified, with source maps beside. */
export async function buildWeb(outdir: string): Promise<Metafile> {
  try {
    const { metafile } = await build({
      absWorkingDir: pathOf(ROOT),
      entryPoints: ENTRIES,
      outdir,
      bundle: true,
      format: 'esm',
      splitting: true,
      minify: true,
      sourcemap: true,
      metafile: true,
      target: TARGET,
      chunkNames: '[name]-[hash]',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'linked',
      logLevel: 'warning',
    });
    return metafile;
  } finally {
    await stop();
  }
}
