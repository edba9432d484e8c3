/**
 * Who may import whom (DESIGN section 7), held against the code. Also: no import cycles.
 *
 * The module graph comes from `deno info`, so that what is checked is what runs.
 */
import { DIST_DIR, pathOf, ROOT } from './paths.ts';

/** A rule: files below `room` import, of our own code, only what lies below one of `may` (or the room itself). */
export interface Room {
  room: string;
  may: string[];
  /** npm packages and platform modules that it may import; `*` stands for any. */
  packages: string[];
}

/** The most specific room comes first. Tests beside the code may import anything of their own part and tests/. */
export const ROOMS: Room[] = [
  { room: 'protocol/', may: [], packages: ['valibot'] },
  { room: 'worker/swarm/', may: ['protocol/'], packages: ['valibot'] },
  { room: 'worker/objects/', may: ['worker/', 'protocol/'], packages: ['*'] },
  { room: 'worker/routes/', may: ['worker/', 'protocol/'], packages: ['*'] },
  {
    room: 'worker/',
    may: ['protocol/'],
    packages: [
      'hono',
      'jose',
      'valibot',
      '@cloudflare/workers-types',
      'csv-stringify',
      'my-ua-parser',
      '@valibot/to-json-schema',
    ],
  },
  { room: 'origin/rtmp/', may: [], packages: [] },
  { room: 'origin/media/', may: ['protocol/', 'origin/rtmp/seam.ts'], packages: [] },
  {
    room: 'origin/publish/',
    may: ['protocol/', 'origin/media/', 'origin/rtmp/seam.ts'],
    packages: ['jose', 'valibot'],
  },
  { room: 'origin/', may: ['protocol/'], packages: ['jose', 'valibot'] },
  { room: 'web/mesh/', may: ['protocol/'], packages: [] },
  {
    room: 'web/peer/',
    may: ['web/mesh/', 'protocol/'],
    packages: ['valibot', '@noble/ed25519', '@noble/hashes'],
  },
  {
    room: 'web/player/',
    may: ['web/peer/', 'web/mesh/', 'protocol/'],
    packages: ['shaka-player', 'valibot'],
  },
  { room: 'web/sdk/', may: [], packages: [] },
  { room: 'web/pages/', may: ['web/player/', 'web/replay/', 'web/sdk/', 'protocol/'], packages: [] },
  {
    room: 'web/admin/',
    may: ['protocol/', 'worker/app.ts', 'web/player/format.ts'],
    packages: ['preact', '@preact/signals', 'uplot', 'hono', 'qr', 'valibot'],
  },
  { room: 'web/replay/', may: ['protocol/'], packages: ['webtorrent'] },
  {
    room: 'web/antenna/',
    may: ['web/peer/', 'web/mesh/', 'protocol/'],
    packages: ['node-datachannel', 'valibot'],
  },
  { room: 'tests/', may: ['protocol/', 'origin/', 'worker/', 'web/', 'scripts/'], packages: ['*'] },
  { room: 'examples/', may: ['web/', 'protocol/'], packages: [] },
  {
    room: 'scripts/',
    // What the Worker says of built files is written beside them for who answers in its place.
    may: ['protocol/', 'worker/access/page-headers.ts', 'worker/routes/asset-headers.ts'],
    packages: ['*'],
  },
];

/** Single imports that a room's rule would refuse, each with its reason. */
const ONLY_HERE: { pattern: RegExp; allowed: RegExp; what: string }[] = [
  { pattern: /^cloudflare:/, allowed: /^(worker\/(objects|routes)\/|tests\/)/, what: 'objects/ and routes/' },
  { pattern: /^npm:.*shaka-player/, allowed: /^(web\/player\/|tests\/)/, what: 'web/player/source' },
];

/** An import of one file: a path from the root, or `npm:name` / `cloudflare:x`. */
export interface Import {
  from: string;
  to: string;
}

/** Whether a file is a test, or stands in for the world in tests. */
export function isTest(path: string): boolean {
  return /\.test\.tsx?$|\/testing\/|vitest\.config\.ts$/.test(path);
}

/** Sentences, one for each import that breaks a rule. */
export function breaches(imports: Import[], rooms: Room[] = ROOMS): string[] {
  const found: string[] = [];
  for (const { from, to } of imports) {
    if (isTest(from)) continue;
    if (isTest(to) && !from.startsWith('tests/')) found.push(`${from} imports the test file ${to}`);
    const rule = rooms.find(({ room }) => from.startsWith(room));
    if (!rule) {
      found.push(`${from} lies in no room: name it in scripts/directions.ts`);
      continue;
    }
    for (const { pattern, allowed, what } of ONLY_HERE) {
      if (pattern.test(to) && !allowed.test(from)) found.push(`${from} imports ${to}: only ${what} may`);
    }
    if (/^(cloudflare|node|data|blob):/.test(to)) continue;
    if (to.startsWith('npm:')) {
      const name = packageName(to);
      if (!rule.packages.includes('*') && !rule.packages.includes(name)) {
        found.push(
          `${from} imports ${name}: ${rule.room} may import ${rule.packages.join(', ') || 'no package'}`,
        );
      }
    } else if (!to.startsWith(rule.room) && !rule.may.some((place) => to.startsWith(place))) {
      found.push(
        `${from} imports ${to}: ${rule.room} may import ${rule.may.join(', ') || 'nothing but itself'}`,
      );
    }
  }
  return found;
}

/** Cycles of our own files, each as the path around it. */
export function cycles(imports: Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}

/** `npm:hono@4.13.19/cors` and `npm:/@noble/hashes@2` alike as the package's name. */
function packageName(specifier: string): string {
  return /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1] ?? specifier;
}

/** Every TypeScript file of the project, as paths from the root. */
export async function sourceFiles(): Promise<string[]> {
  const listed = await new Deno.Command('git', {
    args: ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
    cwd: ROOT,
  }).output();
  const names = new TextDecoder().decode(listed.stdout).split('\n').filter(Boolean);
  return names.filter((name) => existsSync(new URL(name, ROOT)));
}

/** All imports of the given files. `types`: imports of types count for directions, not for cycles. */
export async function importsOf(files: string[], options: { types: boolean }): Promise<Import[]> {
  const root = ROOT.href;
  const entry = new URL(`.shoal/graph-${crypto.randomUUID()}.ts`, ROOT);
  await Deno.mkdir(new URL('.', entry), { recursive: true });
  await Deno.writeTextFile(entry, files.map((file) => `import '../${file}';`).join('\n'));
  try {
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ['info', '--json', pathOf(entry)],
      cwd: ROOT,
      stderr: 'piped',
    }).output();
    if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
    const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
    const short = (specifier: string) =>
      specifier.startsWith(root) ? specifier.slice(root.length) : specifier;
    return graph.modules
      .filter((module) => module.specifier.startsWith(root) && module.specifier !== entry.href)
      .filter((module) =>
        !module.specifier.startsWith(DIST_DIR.href) && !module.specifier.includes('/node_modules/')
      )
      .flatMap((module) =>
        (module.dependencies ?? []).flatMap((dependency) => {
          const to = dependency.code?.specifier ?? (options.types ? dependency.type?.specifier : undefined);
          return to ? [{ from: short(module.specifier), to: short(to) }] : [];
        })
      );
  } finally {
    await Deno.remove(entry);
  }
}

interface Graph {
  modules: {
    specifier: string;
    dependencies?: { code?: { specifier?: string }; type?: { specifier?: string } }[];
  }[];
}

function existsSync(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}
