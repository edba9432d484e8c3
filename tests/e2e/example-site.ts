/** The examples as a site of their own, on another origin than the edge: files of examples/, the React one bundled. */
import { build, stop } from 'esbuild';
import { buildPackage, PACKAGES } from '../../scripts/package.ts';
import { pathOf, ROOT } from '../../scripts/paths.ts';

const TYPES: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript' };

export interface ExampleSite {
  url: string;
  stop(): Promise<void>;
}

/** Builds the npm package and, with it, the React app, as somebody outside would. */
export async function serveExamples(): Promise<ExampleSite> {
  const folder = await Deno.makeTempDir({ prefix: 'shoal-examples-' });
  const pack = await buildPackage(
    PACKAGES.find(({ name }) => name === 'shoal-player')!,
    new URL(`file://${folder}/`),
  );
  await build({
    entryPoints: [pathOf(new URL('examples/react/app.jsx', ROOT))],
    outfile: `${folder}/react/app.js`,
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { 'shoal-player': pathOf(new URL('shoal-player.js', pack)) },
    nodePaths: [pathOf(new URL('node_modules', ROOT))],
    logLevel: 'silent',
  });
  await stop();
  await Deno.copyFile(new URL('mesh-worker.js', pack), `${folder}/react/mesh-worker.js`);
  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    if (path.includes('..')) return new Response(null, { status: 404 });
    const headers = { 'content-type': TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream' };
    for (const file of [`${folder}${path}`, pathOf(new URL(`examples${path}`, ROOT))]) {
      const bytes = await Deno.readFile(file).catch(() => undefined);
      if (bytes) return new Response(bytes, { headers });
    }
    return new Response(null, { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async stop() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
