/**
 * Builds what browsers load into web/dist: the player, the pages and their parts, split so that the mesh and Shaka
 * load when they are needed.
 */
import { pathOf } from './paths.ts';
import { buildWeb } from './web-bundle.ts';
import { DIST_DIR } from './paths.ts';
import { writePages } from './web-pages.ts';

await Deno.mkdir(DIST_DIR, { recursive: true });
for await (const { name } of Deno.readDir(DIST_DIR)) {
  await Deno.remove(new URL(name, DIST_DIR), { recursive: true });
}
const bundle = await buildWeb(pathOf(DIST_DIR));
await writePages(bundle, DIST_DIR);
console.log(`built ${Object.keys(bundle.outputs).length} files into web/dist`);
