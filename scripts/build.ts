/**
 * Builds what browsers load into web/dist: pages, and below assets/ the player and its parts, of which each loads when
 * it is needed. `--into FOLDER` builds it elsewhere.
 */
import { parseArgs } from 'node:util';
import { DIST_DIR, pathOf } from './paths.ts';
import { assetHeaders, assetRewrites } from './asset-rules.ts';
import { buildLegacy } from './legacy-bundle.ts';
import { buildWeb } from './web-bundle.ts';
import { writePages } from './web-pages.ts';

const { values } = parseArgs({ args: Deno.args, options: { into: { type: 'string' } } });
const into = values.into === undefined ? DIST_DIR : new URL(`file://${values.into.replace(/\/*$/, '/')}`);

await Deno.mkdir(into, { recursive: true });
for await (const { name } of Deno.readDir(into)) await Deno.remove(new URL(name, into), { recursive: true });
const assets = new URL('assets/', into);
const bundle = await buildWeb(pathOf(assets));
const choose = await buildLegacy(pathOf(assets));
await writePages(bundle, choose, into);
const names = [...Deno.readDirSync(assets)].map(({ name }) => name);
await Deno.writeTextFile(new URL('_headers', into), assetHeaders(names));
await Deno.writeTextFile(new URL('_redirects', into), assetRewrites());
const files = names.length + [...Deno.readDirSync(into)].length;
console.log(`built ${files} files into ${values.into ?? 'web/dist'}`);
