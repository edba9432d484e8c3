/** Puts the pages together: the HTML of web/pages and web/admin, its style inside, its script and what that will need named early. */
import { type Metafile, stop, transform } from 'esbuild';
import { CHOOSE_HASH } from '../worker/access/page-headers.ts';
import { ROOT } from './paths.ts';
import type { WebBundle } from './web-bundle.ts';

/** `legacy`: there is a build for old browsers too, and the script in the page takes the one that fits. */
const PAGES: { name: string; css: string[]; folder?: string; legacy?: boolean }[] = [
  { name: 'watch', css: ['watch'], legacy: true },
  { name: 'embed', css: [], legacy: true },
  { name: 'replay', css: ['watch', 'replay'] },
  { name: 'docs', css: ['docs'] },
  { name: 'admin', css: [], folder: 'web/admin' },
];

/**
 * `choose`: the text of choose.js. It stands in the pages that play, so that the worker starts with the first bytes of
 * the page and not a round trip later. Throws an Error where it is not the script that the pages' policy allows.
 */
export async function writePages(bundle: WebBundle, choose: string, into: URL): Promise<void> {
  const inside = choose.trim();
  const hash = await hashOf(inside);
  if (hash !== CHOOSE_HASH) throw new Error(`CHOOSE_HASH of worker/access/page-headers.ts must be ${hash}`);
  for (const { name, css, folder = 'web/pages', legacy = false } of PAGES) {
    const html = await Deno.readTextFile(new URL(`${folder}/${name}.html`, ROOT));
    const sheets = css.map((sheet) => minifiedCss(new URL(`${folder}/${sheet}.css`, ROOT)));
    const style = (await Promise.all(sheets)).join('');
    const plays = bundle.playing[name as keyof WebBundle['playing']];
    const early = plays?.early ?? partsOf(bundle.split, `${name}.js`);
    const script = legacy
      ? `<script data-script="${name}" data-worker="${plays!.worker}">${inside}</script>`
      : `<script type="module" src="/assets/${name}.js"></script>`;
    const preloads = early.map((file) => `<link rel="modulepreload" href="/assets/${file}">`);
    const page = html
      .replace('<!-- build:head -->', `${style && `<style>${style}</style>`}${preloads.join('')}`)
      .replace('<!-- build:body -->', () => script);
    await Deno.writeTextFile(new URL(`${name}.html`, into), page);
  }
  await stop();
}

/** As a Content-Security-Policy names it. */
async function hashOf(script: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script));
  return `sha256-${new Uint8Array(digest).toBase64()}`;
}

/** Everything an entry loads at once: it saves a round trip for each when the browser hears of them early. */
export function partsOf(bundle: Metafile, entry: string): string[] {
  const names = new Map(Object.keys(bundle.outputs).map((path) => [fileName(path), path]));
  const found = new Set<string>();
  const visit = (name: string) => {
    const path = names.get(name);
    if (!path || found.has(name)) return;
    found.add(name);
    for (const { path: next, kind, external } of bundle.outputs[path]!.imports) {
      if (!external && kind !== 'dynamic-import') visit(fileName(next));
    }
  };
  visit(entry);
  found.delete(entry);
  return [...found];
}

async function minifiedCss(file: URL): Promise<string> {
  const { code } = await transform(await Deno.readTextFile(file), { loader: 'css', minify: true });
  return code.trim();
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
