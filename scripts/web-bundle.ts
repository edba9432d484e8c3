/** The esbuild runs behind the build: what browsers of the last years load. */
import { build, type BuildOptions, type Metafile, stop } from 'esbuild';
import { playerBundle, type PlayerFiles } from './player-bundle.ts';
import { pathOf, ROOT } from './paths.ts';

/** What plays, by the name it gets. `player.js` is what other sites embed: its name never changes. */
const PLAYING = {
  player: 'web/player/element.ts',
  watch: 'web/pages/watch.ts',
  embed: 'web/pages/embed.ts',
} as const;

/** The rest. */
const ENTRIES = {
  replay: 'web/pages/replay.ts',
  docs: 'web/pages/docs.ts',
  'shoal-embed': 'web/sdk/shoal-embed.ts',
  admin: 'web/admin/main.tsx',
  'admin-style': 'web/admin/style/index.css',
} as const;

/** Browsers of the last years. */
export const TARGET = ['es2022', 'chrome100', 'firefox102', 'safari16'];

export interface WebBundle {
  /** Of what is split into parts that entries share. */
  split: Metafile;
  /** Of each that plays: its files. */
  playing: Record<keyof typeof PLAYING, PlayerFiles>;
}

/** Bundles for browsers of the last years: ESM, minified, with source maps beside. */
export async function buildWeb(outdir: string): Promise<WebBundle> {
  const common: BuildOptions = {
    absWorkingDir: pathOf(ROOT),
    outdir,
    bundle: true,
    format: 'esm',
    minify: true,
    sourcemap: true,
    target: TARGET,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'linked',
    logLevel: 'warning',
  };
  try {
    const { metafile } = await build({
      ...common,
      entryPoints: ENTRIES,
      splitting: true,
      metafile: true,
      chunkNames: '[name]-[hash]',
    });
    return { split: metafile!, playing: await playerBundle(common, PLAYING) };
  } finally {
    await stop();
  }
}
