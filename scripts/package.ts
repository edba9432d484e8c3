/**
 * `deno task package`: the player as an npm package in web/dist/npm/shoal-player: ES modules, one file with everything,
 * the embed SDK, types. Nothing is published.
 */
import { build, type BuildOptions, stop } from 'esbuild';
import { DIST_DIR, pathOf, ROOT } from './paths.ts';
import { TARGET } from './web-bundle.ts';

/** What is in a package: built files by name, types put together from files that hold types only. */
interface Package {
  name: string;
  description: string;
  /** Built as split modules, beside each other. */
  modules: Record<string, string>;
  /** Built each as a file that needs no other. */
  single: Record<string, string>;
  types: { name: string; from: string; declares: string }[];
  exports: Record<string, { types: string; default: string }>;
  readme: string;
}

const VERSION = '0.1.0';

export const PACKAGES: Package[] = [{
  name: 'shoal-player',
  description:
    'A live video player whose viewers carry the stream: the <shoal-player> element and its embed SDK',
  modules: { 'shoal-player': 'web/player/element.ts' },
  single: {
    'shoal-player.one-file': 'web/player/element.ts',
    'mesh-worker': 'web/peer/remote/mesh-worker.ts',
    'shoal-embed': 'web/sdk/shoal-embed.ts',
  },
  types: [
    {
      name: 'shoal-player',
      from: 'web/player/api.ts',
      declares: `
export declare const ShoalPlayerElement: { new (): HTMLElement & ShoalPlayer };
declare global {
  interface HTMLElementTagNameMap {
    'shoal-player': HTMLElement & ShoalPlayer;
  }
}
`,
    },
    {
      name: 'shoal-embed',
      from: 'web/sdk/api.ts',
      declares: `
export declare const ShoalEmbed: {
  new (target: Element | string, options: ShoalEmbedOptions): ShoalEmbedPlayer;
};
`,
    },
  ],
  exports: {
    '.': { types: './shoal-player.d.ts', default: './shoal-player.js' },
    './one-file': { types: './shoal-player.d.ts', default: './shoal-player.one-file.js' },
    './embed': { types: './shoal-embed.d.ts', default: './shoal-embed.js' },
  },
  readme: 'docs/player.md',
}, {
  name: 'shoal-mesh',
  description:
    'The bare mesh of Shoal: a live channel as verified pieces, from other viewers and the edge, without a player',
  modules: {},
  single: { 'shoal-mesh': 'web/peer/viewer.ts' },
  types: [{
    name: 'shoal-mesh',
    from: 'web/peer/api.ts',
    declares: `
export declare const Viewer: { new (options: MeshViewerOptions): MeshViewer };
`,
  }],
  exports: { '.': { types: './shoal-mesh.d.ts', default: './shoal-mesh.js' } },
  readme: 'docs/applications.md',
}];

/** Builds a package into a folder of its name below `into`; answers that folder. */
export async function buildPackage(pack: Package, into: URL): Promise<URL> {
  const folder = new URL(`${pack.name}/`, into);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const common: BuildOptions = {
    absWorkingDir: pathOf(ROOT),
    outdir: pathOf(folder),
    bundle: true,
    format: 'esm',
    minify: true,
    target: TARGET,
    legalComments: 'linked',
    logLevel: 'warning',
  };
  try {
    if (Object.keys(pack.modules).length > 0) {
      await build({
        ...common,
        entryPoints: pack.modules,
        splitting: true,
        chunkNames: 'parts/[name]-[hash]',
      });
    }
    await build({ ...common, entryPoints: pack.single });
  } finally {
    await stop();
  }
  for (const { name, from, declares } of pack.types) {
    const types = await Deno.readTextFile(new URL(from, ROOT));
    await Deno.writeTextFile(new URL(`${name}.d.ts`, folder), types + declares);
  }
  const { name, description, exports } = pack;
  const manifest = { name, version: VERSION, description, license: 'MIT', type: 'module', exports };
  await Deno.writeTextFile(new URL('package.json', folder), JSON.stringify(manifest, undefined, 2) + '\n');
  await Deno.copyFile(new URL(pack.readme, ROOT), new URL('README.md', folder));
  await Deno.copyFile(new URL('LICENSE', ROOT), new URL('LICENSE', folder));
  return folder;
}

if (import.meta.main) {
  for (const pack of PACKAGES) {
    const folder = await buildPackage(pack, new URL('npm/', DIST_DIR));
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    console.log(`${pack.name}: ${files.join(', ')}`);
  }
}
