/**
 * What Cloudflare's static assets are told of web/dist (`_headers`, `_redirects`): files below /assets and the watch page
 * are answered without the Worker, which costs nothing, so the headers that worker/routes/pages.ts gives stand here too.
 */
import { pageHeaders } from '../worker/access/page-headers.ts';
import { ASSET_HEADERS, FOR_EVER, HASHED } from '../worker/routes/asset-headers.ts';

/** `_headers`; `names`: files of the assets folder. Those whose name has their hash are kept for ever. */
export function assetHeaders(names: string[]): string {
  const hashed = names.filter((name) => name.endsWith('.js') && HASHED.test(name)).toSorted();
  return [
    rule('/assets/*', ASSET_HEADERS),
    // With its source map and its licenses.
    ...hashed.map((name) => rule(`/assets/${name}*`, { 'cache-control': FOR_EVER })),
    rule('/watch/*', { ...ASSET_HEADERS, ...pageHeaders('nobody') }),
  ].join('');
}

/** `_redirects`: every channel has the same watch page. 200: shown at its own address. */
export function assetRewrites(): string {
  return '/watch/:channel /watch.html 200\n';
}

function rule(path: string, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}\n`);
  return `${path}\n${lines.join('')}`;
}
