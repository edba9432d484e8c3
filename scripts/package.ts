/**
 * `deno task package`: two npm packages in web/dist/npm. shoal-player: the element as ES modules and as one file, the
 * embed SDK, types. shoal-mesh: the bare mesh, and its surroundings for Node and Deno. Nothing is published.
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
  types: { name: string; from?: string; declares: string }[];
  exports: Record<string, string | { types: string; default: string }>;
  /** What is imported by name, and has to be installed beside it: only by whoever uses the export that needs it. */
  peers?: Record<string, string>;
  /** Page of docs/, and the sections of it that concern the package; without: all of it. */
  readme: { page: string; sections?: string[] };
}

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
    {
      name: 'react',
      declares:
        `/** The element in TSX, for React 19 and later: import 'shoal-player/react' in place of 'shoal-player'. */
import type { HTMLAttributes, RefAttributes } from 'react';
import type { ShoalPlayer, ShoalPlayerAttributes, ShoalPlayerEvents } from './shoal-player.js';

export * from './shoal-player.js';

type Listeners = {
  [Name in keyof ShoalPlayerEvents as \`on\${Name}\`]?: (event: CustomEvent<ShoalPlayerEvents[Name]>) => void;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'shoal-player':
        & Omit<HTMLAttributes<HTMLElement>, keyof ShoalPlayerAttributes>
        & RefAttributes<HTMLElement & ShoalPlayer>
        & ShoalPlayerAttributes
        & Listeners;
    }
  }
}
`,
    },
  ],
  exports: {
    '.': { types: './shoal-player.d.ts', default: './shoal-player.js' },
    './one-file': { types: './shoal-player.d.ts', default: './shoal-player.one-file.js' },
    './embed': { types: './shoal-embed.d.ts', default: './shoal-embed.js' },
    './react': { types: './react.d.ts', default: './shoal-player.js' },
    './mesh-worker.js': './mesh-worker.js',
    './package.json': './package.json',
  },
  readme: { page: 'docs/player.md' },
}, {
  name: 'shoal-mesh',
  description:
    'The bare mesh of Shoal: a live channel as verified pieces, from other viewers and the edge, without a player',
  modules: {},
  single: { 'shoal-mesh': 'web/peer/viewer.ts', headless: 'web/antenna/headless-environment.ts' },
  types: [
    {
      name: 'shoal-mesh',
      from: 'web/peer/api.ts',
      declares: `
export declare const Viewer: { new (options: MeshViewerOptions): MeshViewer };
`,
    },
    {
      name: 'headless',
      declares: `import type { MeshEnvironment } from './shoal-mesh.js';

/** Surroundings for Node and Deno: WebRTC by the package node-datachannel. */
export declare function headlessEnvironment(overrides?: Partial<MeshEnvironment>): MeshEnvironment;
/** Settles when all connections are closed; to be awaited before the process ends. */
export declare function headlessQuiet(): Promise<void>;
`,
    },
  ],
  exports: {
    '.': { types: './shoal-mesh.d.ts', default: './shoal-mesh.js' },
    './headless': { types: './headless.d.ts', default: './headless.js' },
    './package.json': './package.json',
  },
  peers: { 'node-datachannel': '0.33.4' },
  readme: { page: 'docs/applications.md', sections: ['The bare mesh'] },
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
    const external = Object.keys(pack.peers ?? {}).flatMap((name) => [name, `${name}/*`]);
    await build({ ...common, entryPoints: pack.single, external });
  } finally {
    await stop();
  }
  await buildTypes(pack, into);
  const changes = await Deno.readTextFile(new URL('CHANGELOG.md', ROOT));
  const { name, description, readme } = pack;
  const page = await Deno.readTextFile(new URL(readme.page, ROOT));
  const heading = `# ${name}\n\n${description}.\n\n`;
  await Deno.writeTextFile(new URL('README.md', folder), heading + standalone(page, readme.sections));
  await Deno.writeTextFile(new URL('CHANGELOG.md', folder), standalone(changes));
  await Deno.copyFile(new URL('LICENSE', ROOT), new URL('LICENSE', folder));
  return folder;
}

/** What a type checker sees of a package: its types and its manifest. */
export async function buildTypes(pack: Package, into: URL): Promise<void> {
  const folder = new URL(`${pack.name}/`, into);
  await Deno.mkdir(folder, { recursive: true });
  for (const { name, from, declares } of pack.types) {
    const types = from ? await Deno.readTextFile(new URL(from, ROOT)) : '';
    await Deno.writeTextFile(new URL(`${name}.d.ts`, folder), types + declares);
  }
  const { name, description, exports, peers } = pack;
  const changes = await Deno.readTextFile(new URL('CHANGELOG.md', ROOT));
  const manifest = {
    name,
    version: newestVersion(changes),
    description,
    license: 'MIT',
    type: 'module',
    exports,
    ...(peers && {
      peerDependencies: peers,
      peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((peer) => [peer, { optional: true }])),
    }),
  };
  await Deno.writeTextFile(new URL('package.json', folder), JSON.stringify(manifest, undefined, 2) + '\n');
}

/** The version that stands first in the changelog (keepachangelog.com). */
export function newestVersion(changelog: string): string {
  const found = /^## (\d+\.\d+\.\d+)/m.exec(changelog)?.[1];
  if (!found) throw new Error('CHANGELOG.md must have a heading with a version, as "## 0.1.0"');
  return found;
}

/**
 * A page of docs/ for readers who have no repository: without its title, its pictures, and links to other files, of
 * which the words stay. With `sections`: only those, by their headings.
 */
export function standalone(markdown: string, sections?: string[]): string {
  const [, ...parts] = markdown.split(/^(?=## )/m);
  const wanted = sections
    ? parts.filter((part) => sections.some((title) => part.startsWith(`## ${title}\n`))).join('')
    : markdown.replace(/^# .*\n+/, '');
  return wanted
    .replace(/^.*!\[[^\]]*\]\([^)]*\).*\n+/gm, '')
    .replace(/\[([^\]]+)\]\((?!https?:|#)[^)]*\)/g, '$1');
}

if (import.meta.main) {
  for (const pack of PACKAGES) {
    const folder = await buildPackage(pack, new URL('npm/', DIST_DIR));
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    console.log(`${pack.name}: ${files.join(', ')}`);
  }
}
