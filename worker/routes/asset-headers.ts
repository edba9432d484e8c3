/** Headers of built files, by whomever they are answered: this Worker, or Cloudflare's static assets (scripts/asset-rules.ts). */

/** Files whose name changes with their content, as esbuild's chunkNames have it (scripts/web-bundle.ts). */
export const HASHED = /-[A-Z0-9]{8}\.js(\.map|\.LEGAL\.txt)?$/;
export const FOR_EVER = 'public, max-age=31536000, immutable';
/** Other sites may load the player. */
export const ASSET_HEADERS = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };
