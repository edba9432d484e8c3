/**
 * The player in few files: each costs a page a request, and a crowd that comes at once costs the edge as many. A page
 * that plays loads its own script, Shaka and the worker with the mesh, and nothing is shared between these: cut by
 * what they share they were forty. What few need (other languages, the mesh in the page) is a file each.
 */
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { pathOf, ROOT } from './paths.ts';

/** Loaded when play begins, but with the page's own script: what waits for them would wait for another round trip. */
const WITHIN = ['web/player/session.ts', 'web/player/keys/visit-keys.ts', 'web/peer/remote/start-worker.ts'];
/** What a page that plays at once will need for certain. */
const NEEDED_TO_PLAY = ['web/player/source/source.ts'];
/** Who names the worker's file, and how. */
const NAMES_WORKER = 'web/player/viewer-for.ts';
const WORKER_NAME = './mesh-worker.js';
const WORKER = 'web/peer/remote/mesh-worker.ts';

export interface PlayerFiles {
  /** Its script, and what that will load to play. */
  early: string[];
  worker: string;
}

/** Builds every entry, and the parts that they load late, each into one file. */
export async function playerBundle<Name extends string>(
  common: BuildOptions,
  entries: Record<Name, string>,
): Promise<Record<Name, PlayerFiles>> {
  const made = new Map<string, Promise<string>>();
  /** The file of a part, `name-HASH.js`. */
  const part = (path: string): Promise<string> => {
    let file = made.get(path);
    if (!file) made.set(path, file = bundle(path, { [nameOf(path)]: path }, '[name]-[hash]'));
    return file;
  };
  const bundle = async (path: string, entryPoints: Record<string, string>, entryNames: string) => {
    const { metafile } = await build({
      ...common,
      entryPoints,
      entryNames,
      metafile: true,
      plugins: [apart(part), workerName(part), shakaAsModule()],
    });
    const found = Object.entries(metafile!.outputs).find(([, { entryPoint }]) => entryPoint === path);
    return nameOf(found![0], '');
  };
  const needed = await Promise.all(NEEDED_TO_PLAY.map(part));
  const worker = await part(WORKER);
  const files: Partial<Record<Name, PlayerFiles>> = {};
  for (const [name, path] of Object.entries(entries) as [Name, string][]) {
    files[name] = { early: [await bundle(path, { [name]: path }, '[name]'), ...needed], worker };
  }
  return files as Record<Name, PlayerFiles>;
}

/** What is imported late is a file of its own, but for what is wanted within. */
function apart(part: (path: string) => Promise<string>): Plugin {
  return {
    name: 'apart',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /.*/ }, async ({ path, kind, pluginData, ...from }) => {
        if (kind !== 'dynamic-import' || pluginData === 'resolved') return undefined;
        const found = await resolve(path, { ...from, kind, pluginData: 'resolved' });
        if (found.errors.length > 0) return found;
        const file = found.path.startsWith(pathOf(ROOT)) ? found.path.slice(pathOf(ROOT).length) : found.path;
        return WITHIN.includes(file) ? found : { path: `./${await part(file)}`, external: true };
      });
    },
  };
}

/** The worker's file is named by its content, so that who comes back asks for nothing. */
function workerName(part: (path: string) => Promise<string>): Plugin {
  return {
    name: 'worker-name',
    setup({ onLoad }) {
      onLoad({ filter: /viewer-for\.ts$/ }, async ({ path }) => {
        const code = await Deno.readTextFile(path);
        if (!code.includes(WORKER_NAME)) throw new Error(`${NAMES_WORKER} must name ${WORKER_NAME}`);
        return { contents: code.replace(WORKER_NAME, `./${await part(WORKER)}`), loader: 'ts' };
      });
    },
  };
}

/**
 * Shaka's build is CommonJS, which esbuild wraps into a function: the browser skims it where it streams the script in,
 * in the background, and parses all of it once more on the page's thread. As a module it is parsed once, where it
 * streams in.
 */
function shakaAsModule(): Plugin {
  return {
    name: 'shaka-as-module',
    setup({ onLoad }) {
      onLoad({ filter: /shaka-player\.dash-es2021\.js$/ }, async ({ path }) => {
        const code = await Deno.readTextFile(path);
        return {
          contents: `const exports = {};\n${WINDOWS}\n${code}\nexport default exports;`,
          loader: 'js',
        };
      });
    },
  };
}

/**
 * Shaka looks for the Xbox's `Windows` by reading what other browsers do not have, and catches the TypeError. Throwing
 * makes V8 parse the whole script once more for each function that it is in, to know the line: a tenth of a second of
 * a start on a busy machine. Here it is a variable that is there, or null. An application that shows pages in a WebView2
 * may throw for what it has not got: there it is caught, as by Shaka.
 */
export const WINDOWS = 'let Windows = null;\n' +
  'try { Windows = globalThis.Windows ?? globalThis.chrome?.webview?.hostObjects?.sync.Windows ?? null; } catch {}';

function nameOf(path: string, extension = path.slice(path.lastIndexOf('.'))): string {
  return path.slice(path.lastIndexOf('/') + 1, path.length - extension.length);
}
