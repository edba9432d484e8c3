/** An edge for tests: the bundled Worker under miniflare (real workerd) on a port of the system's choosing. */
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Secrets that every test edge has unless told otherwise. */
export const EDGE_SECRETS = {
  SHOAL_ADMIN_TOKEN: 'admin-token-of-the-tests',
  SHOAL_ORIGIN_SECRET: 'origin-secret-of-the-tests',
  SHOAL_EDGE_SECRET: 'edge-secret-of-the-tests',
};

export interface EdgeOptions {
  /** Bindings beside the secrets, or in their place. */
  bindings?: Record<string, string>;
  /** Folder that outlives a stop, so that a restart finds its objects again. Memory without it. */
  storage?: string;
  /** 0: any free one. */
  port?: number;
  /** Folder with the built player and pages. */
  assets?: string;
}

export interface Edge {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
let bundle: Promise<string> | undefined;

export async function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  const script = await (bundle ??= bundleWorker());
  const objects = ['Directory', 'Channel', 'Media', 'Swarm'];
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    host: '127.0.0.1',
    port: options.port ?? 0,
    name: 'shoal',
    modules: true,
    script,
    compatibilityDate: '2026-10-01',
    bindings: { ...EDGE_SECRETS, ...options.bindings },
    durableObjects: Object.fromEntries(
      objects.map((name) => [name.toUpperCase(), { className: name, useSQLite: true }]),
    ),
    ...(options.storage ? { resourcePersistencePath: options.storage } : {}),
    ...(options.assets
      ? {
        assets: {
          directory: options.assets,
          binding: 'ASSETS',
          routerConfig: { invoke_user_worker_ahead_of_assets: true, has_user_worker: true },
        },
      }
      : {}),
  }));
  const url = (await miniflare.ready).origin;
  return { url, stop: () => miniflare.dispose() };
}

async function bundleWorker(): Promise<string> {
  const result = await build({
    entryPoints: [join(root, 'worker/main.ts')],
    bundle: true,
    format: 'esm',
    target: 'esnext',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]!.text;
}
