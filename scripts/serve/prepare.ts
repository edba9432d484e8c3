/** What `deno task serve` puts into its state folder before workerd starts: pages, modules, configuration. */
import { stop } from 'esbuild';
import { bundleWorker } from '../local-edge.ts';
import { pathOf, ROOT } from '../paths.ts';
import { run } from '../process.ts';
import { wranglerConfig } from '../wrangler-config.ts';
import { CACHE_MODULE, EDGE_MODULE, PAGES_MODULE, workerdConfig } from './workerd-config.ts';

export interface PrepareOptions {
  /** Folder that outlives everything: objects, recordings, secrets. */
  state: URL;
  address: string;
  /** Pages that are built already; they are built without it. */
  pages?: URL;
  /** What the edge is told; names only go into the configuration. */
  variables: Record<string, string>;
}

/** Answers the path of the configuration. Throws an Error with esbuild's words when the pages cannot be built. */
export async function prepare({ state, address, pages: given, variables }: PrepareOptions): Promise<string> {
  const folders = { objects: 'objects/', recordings: 'recordings/', pages: 'pages/', run: 'run/' };
  const at = Object.fromEntries(
    Object.entries(folders).map(([name, folder]) => [name, new URL(folder, state)]),
  ) as Record<keyof typeof folders, URL>;
  for (const folder of Object.values(at)) await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const [edge, pages, cache] = await Promise.all([
    bundleWorker(),
    bundleWorker('scripts/serve/pages-worker.ts'),
    bundleWorker('scripts/serve/no-cache-worker.ts'),
    given ? undefined : buildPages(pathOf(at.pages)),
  ]);
  // Its service would stay in memory for as long as the box serves.
  await stop();
  const { objects, compatibilityDate, compatibilityFlags } = await wranglerConfig();
  const config = workerdConfig({
    address,
    objects,
    variables: Object.keys(variables).sort(),
    folders: {
      objects: pathOf(at.objects),
      recordings: pathOf(at.recordings),
      pages: pathOf(given ?? at.pages),
    },
    compatibilityDate,
    compatibilityFlags,
    allowPrivate: variables.SHOAL_HOOKS_LOCAL === '1',
  });
  const file = new URL('workerd.capnp', at.run);
  await Deno.writeTextFile(new URL(EDGE_MODULE, at.run), edge);
  await Deno.writeTextFile(new URL(PAGES_MODULE, at.run), pages);
  await Deno.writeTextFile(new URL(CACHE_MODULE, at.run), cache);
  await Deno.writeTextFile(file, config);
  return pathOf(file);
}

async function buildPages(into: string): Promise<void> {
  const argv = [Deno.execPath(), 'run', '-A', '--no-check', 'scripts/build.ts', '--into', into];
  const { success, output } = await run(argv, { cwd: pathOf(ROOT) });
  if (!success) throw new Error(`the pages could not be built:\n${output}`);
}
