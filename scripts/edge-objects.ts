/** The edge's objects, as wrangler.toml declares them: read there, so that no second list has to be kept. */
import { ROOT } from './paths.ts';

/** Class names by binding. Throws when wrangler.toml declares none. */
export async function edgeObjects(): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(new URL('wrangler.toml', ROOT));
  const found = [...text.matchAll(/^\s*\{ name = "(\w+)", class_name = "(\w+)" \},?$/gm)];
  if (found.length === 0) throw new Error('wrangler.toml must declare the objects, one a line');
  return Object.fromEntries(found.map(([, binding, className]) => [binding!, className!]));
}
