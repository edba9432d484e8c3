/** What wrangler.toml says of the edge: read there by whatever runs it elsewhere, so that nothing stands twice. */
import { parse as parseToml } from 'smol-toml';
import * as v from 'valibot';
import { ROOT } from './paths.ts';

export interface WranglerConfig {
  compatibilityDate: string;
  compatibilityFlags: string[];
  /** Paths for which the Worker is asked before there is a look for a file, `!` before those for which it is not. */
  runWorkerFirst: string[];
  /** Class names of the objects by binding. */
  objects: Record<string, string>;
}

const text = v.pipe(v.string(), v.nonEmpty());
const Wrangler = v.object({
  compatibility_date: v.pipe(v.string(), v.isoDate()),
  compatibility_flags: v.array(text),
  assets: v.object({ run_worker_first: v.array(text) }),
  durable_objects: v.object({
    bindings: v.pipe(v.array(v.object({ name: text, class_name: text })), v.nonEmpty()),
  }),
});

/** Throws an Error that names the field when wrangler.toml lacks something. */
export async function wranglerConfig(file = new URL('wrangler.toml', ROOT)): Promise<WranglerConfig> {
  const found = v.safeParse(Wrangler, parseToml(await Deno.readTextFile(file)));
  if (!found.success) {
    const [issue] = found.issues;
    throw new Error(`wrangler.toml: ${v.getDotPath(issue)}: ${issue.message}`);
  }
  const { compatibility_date, compatibility_flags, assets, durable_objects } = found.output;
  return {
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    runWorkerFirst: assets.run_worker_first,
    objects: Object.fromEntries(durable_objects.bindings.map((one) => [one.name, one.class_name])),
  };
}
