/**
 * `deno task size [--json FILE]`: what the player costs a page, minified and gzipped, against a budget.
 *
 * `mesh` is what sharing adds: web/peer, web/mesh, protocol and what they import, as one file. `player` is the element
 * with its controls, before anything is played. `shaka` loads with the first play.
 * `admin` is the dashboard. Beside them, for comparison and without a budget, what the best open peer adds to a page
 * with Shaka.
 */
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, stop } from 'esbuild';
import { pathOf, ROOT } from './paths.ts';

interface Size {
  minBytes: number;
  gzipBytes: number;
}

/** Gzipped bytes that each part may have at most. */
const BUDGET: Record<string, number> = { mesh: 43_100, player: 16_000, shaka: 190_000, admin: 55_000 };

const { values } = parseArgs({ args: Deno.args, options: { json: { type: 'string' } } });

const sizes: Record<string, Size> = {
  mesh: await sizeOf('web/peer/viewer.ts'),
  player: await sizeOf('web/player/element.ts'),
  shaka: await sizeOf('web/player/source/source.ts'),
  admin: await sizeOf('web/admin/main.tsx'),
  'p2p-media-loader-shaka': await sizeOf('scripts/size-beside.ts'),
};
await stop();

for (const [part, { minBytes, gzipBytes }] of Object.entries(sizes)) {
  const budget = BUDGET[part];
  const verdict = budget === undefined
    ? 'for comparison'
    : gzipBytes > budget
    ? `over its budget of ${budget}`
    : `of ${budget}`;
  console.log(
    `${part.padEnd(23)}${String(minBytes).padStart(8)} B minified ${
      String(gzipBytes).padStart(8)
    } B gzip ${verdict}`,
  );
}
if (values.json) await Deno.writeTextFile(values.json, JSON.stringify(sizes, undefined, 2) + '\n');
if (Object.entries(sizes).some(([part, { gzipBytes }]) => gzipBytes > (BUDGET[part] ?? Infinity))) {
  Deno.exit(1);
}

/** What an entry loads at once; what it imports lazily counts for itself. */
async function sizeOf(entry: string): Promise<Size> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: pathOf(ROOT),
    entryPoints: [entry],
    outdir: 'nowhere',
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    metafile: true,
    write: false,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const needed = new Set<string>();
  const visit = (path: string) => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const { path: next, kind } of metafile.outputs[path]!.imports) {
      if (kind === 'import-statement') visit(next);
    }
  };
  visit(Object.keys(metafile.outputs).find((path) => metafile.outputs[path]!.entryPoint === entry)!);
  const files = outputFiles.filter(({ path }) => [...needed].some((name) => path.endsWith(name)));
  return {
    minBytes: files.reduce((sum, { contents }) => sum + contents.length, 0),
    gzipBytes: files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
  };
}
