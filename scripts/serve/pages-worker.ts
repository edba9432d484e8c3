/**
 * The built pages on bare workerd: its disk service guesses no content type. In place of Cloudflare's static assets,
 * asked by the edge's Worker only.
 */
interface Bindings {
  FILES: { fetch(url: string, init?: RequestInit): Promise<Response> };
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
  txt: 'text/plain; charset=utf-8',
};

export default {
  async fetch(request: Request, { FILES }: Bindings): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405 });
    const { pathname } = new URL(request.url);
    // A path that ends in a slash would list the folder.
    if (pathname.endsWith('/')) return new Response(null, { status: 404 });
    const found = await FILES.fetch(`http://files${pathname}`, { method: request.method });
    if (!found.ok || found.headers.get('content-type') === 'application/json') {
      await found.body?.cancel();
      return new Response(null, { status: 404 });
    }
    const made = found.headers.get('last-modified') ?? '';
    const headers = new Headers({
      'content-type': TYPES[/\.(\w+)$/.exec(pathname)?.[1] ?? ''] ?? 'application/octet-stream',
      'cache-control': 'public, max-age=0, must-revalidate',
      'last-modified': made,
    });
    if (made !== '' && request.headers.get('if-modified-since') === made) {
      await found.body?.cancel();
      return new Response(null, { status: 304, headers });
    }
    return new Response(found.body, { headers });
  },
};
