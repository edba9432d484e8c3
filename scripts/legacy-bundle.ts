/** What old browsers get: Chromium 68 and later, as in TVs of 2018 and after. One file a page, no modules, no worker. */
import { build, stop } from 'esbuild';
import { pathOf, ROOT } from './paths.ts';

/** Entry points by the name they get below `legacy/`. */
const ENTRIES = {
  player: 'web/player/legacy/player.ts',
  watch: 'web/pages/legacy/watch.ts',
  embed: 'web/pages/legacy/embed.ts',
};

/** Builds `legacy/…` and `choose.js`, which decides between it and the modules. Answers the text of the latter. */
export async function buildLegacy(outdir: string): Promise<string> {
  const common = {
    absWorkingDir: pathOf(ROOT),
    bundle: true,
    minify: true,
    format: 'iife',
    logLevel: 'warning',
  } as const;
  try {
    await build({
      ...common,
      entryPoints: ENTRIES,
      outdir: `${outdir}/legacy`,
      target: 'chrome68',
      // Only the way to a worker asks for it, and these browsers can hand no channel over to one.
      define: { 'import.meta.url': 'location.href' },
      legalComments: 'linked',
    });
    await build({
      ...common,
      entryPoints: { choose: 'web/pages/choose.ts' },
      outdir,
      target: 'chrome49',
    });
    return await Deno.readTextFile(`${outdir}/choose.js`);
  } finally {
    await stop();
  }
}
