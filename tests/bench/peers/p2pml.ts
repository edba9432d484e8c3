/** P2P Media Loader over plain HLS, with its own tracker: hls.js and Shaka, by default and tuned for latency. */
import Tracker from 'bittorrent-tracker/server';
import { build } from 'esbuild';
import type { System, SystemServers } from './system.ts';

const TYPES: Record<string, string> = {
  m3u8: 'application/vnd.apple.mpegurl',
  m4s: 'video/iso.segment',
  mp4: 'video/mp4',
  js: 'text/javascript',
};

const TRACKER_PATH = '/tracker';

/** A page of ours (pages/) with its query. */
function p2pml(name: string, page: 'hls' | 'shaka', query: string): System {
  return {
    name,
    async start(feed): Promise<SystemServers> {
      const script = await bundle(page);
      const tracker = await startTracker();
      const html = `<!doctype html><title>${name}</title><video muted autoplay playsinline></video>
<script type="module" src="/page.js"></script>`;
      const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === '/') return new Response(html, { headers: { 'content-type': 'text/html' } });
        if (pathname === '/page.js') return new Response(script, { headers: { 'content-type': TYPES.js! } });
        const file = /^\/hls\/([A-Za-z0-9/_.-]+)$/.exec(pathname)?.[1];
        if (!file || file.includes('..')) return new Response('not here', { status: 404 });
        try {
          const body = await Deno.readFile(`${feed.hlsFolder}/${file}`);
          const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
          return new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-cache' } });
        } catch {
          return new Response('not here', { status: 404 });
        }
      });
      return {
        target: `http://127.0.0.1:${server.addr.port}`,
        tracker: { path: TRACKER_PATH, url: tracker.url },
        page: `/?tracker=${TRACKER_PATH}&${query}`,
        isMedia: (path) => /\.(m4s|mp4)$/.test(path),
        async stop() {
          await server.shutdown();
          await tracker.stop();
        },
      };
    },
  };
}

export const P2PML: System[] = [
  p2pml('p2pml-hls', 'hls', 'playlist=/hls/two/index.m3u8'),
  p2pml('p2pml-hls-tuned', 'hls', 'playlist=/hls/one/index.m3u8&tuned=1'),
  p2pml('p2pml-shaka', 'shaka', 'playlist=/hls/two/index.m3u8'),
  p2pml('p2pml-shaka-tuned', 'shaka', 'playlist=/hls/one/index.m3u8&tuned=1'),
];

/** What its tracker client takes for granted in a page. */
const NODE_GLOBALS =
  'globalThis.process ??= {env: {}, browser: true, nextTick: (run, ...args) => queueMicrotask(() => run(...args))};';

async function bundle(page: string): Promise<string> {
  const result = await build({
    entryPoints: [new URL(`./pages/${page}.ts`, import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
    define: { global: 'globalThis' },
    banner: { js: NODE_GLOBALS },
  });
  return result.outputFiles[0]!.text;
}

function startTracker(): Promise<{ url: string; stop(): Promise<void> }> {
  const tracker = new Tracker({ udp: false, http: false, ws: true, stats: false });
  return new Promise((resolve, reject) => {
    tracker.on('error', reject);
    tracker.listen(0, '127.0.0.1', () => {
      resolve({
        url: `ws://127.0.0.1:${tracker.ws.address().port}`,
        stop: () => new Promise((done) => tracker.close(() => done())),
      });
    });
  });
}
