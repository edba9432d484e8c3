/** Where things lie, from the project's root. */

export const ROOT = new URL('../', import.meta.url);
/** State of a local Shoal: secrets, the edge's storage, certificates. Ignored by git. */
export const STATE_DIR = new URL('.shoal/', ROOT);
/** What esbuild makes for browsers. Ignored by git. */
export const DIST_DIR = new URL('web/dist/', ROOT);

/** A file URL as the path that commands take. */
export function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname);
}
