/** The edge on one machine: the bundled Worker in real workerd, driven by miniflare. Used by start, serve and tests. */
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { pathOf, ROOT } from './paths.ts';
import { wranglerConfig } from './wrangler-config.ts';

export interface LocalEdgeOptions {
  /** Secrets and settings, by the names of worker/env.ts. */
  bindings: Record<string, string>;
  /** 127.0.0.1 unless told otherwise. */
  host?: string;
  /** 0: any free one. */
  port?: number;
  /** Folder that outlives a stop, so that a restart finds its objects again. Memory without it. */
  storage?: string;
  /** Folder with the built player and pages. */
  assets?: string;
  /** Module of the Worker, from the root of the repository; worker/main.ts unless told otherwise. */
  entry?: string;
  /** PEM texts; with them the edge speaks https only. */
  tls?: { key: string; cert: string };
}

export interface LocalEdge {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

const MAIN = 'worker/main.ts';
const bundles = new Map<string, Promise<string>>();

export async function startLocalEdge(options: LocalEdgeOptions): Promise<LocalEdge> {
  const entry = options.entry ?? MAIN;
  const script = await (bundles.get(entry) ?? bundles.set(entry, bundleWorker(entry)).get(entry)!);
  const config = await wranglerConfig();
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    ...(options.tls ? { https: true, httpsKey: options.tls.key, httpsCert: options.tls.cert } : {}),
    name: 'shoal',
    modules: true,
    script,
    compatibilityDate: config.compatibilityDate,
    compatibilityFlags: config.compatibilityFlags,
    bindings: options.bindings,
    durableObjects: Object.fromEntries(
      Object.entries(config.objects).map(([name, className]) => [name, { className, useSQLite: true }]),
    ),
    r2Buckets: { REPLAY: 'shoal-replay' },
    ...(options.storage ? { resourcePersistencePath: options.storage } : {}),
    ...(options.assets
      ? {
        assets: {
          directory: options.assets,
          binding: 'ASSETS',
          routerConfig: { has_user_worker: true },
          run_worker_first: config.runWorkerFirst,
          assetConfig: { html_handling: 'none' },
        },
      }
      : {}),
  }));
  const url = (await miniflare.ready).origin;
  return { url, stop: () => miniflare.dispose() };
}

/** The whole Worker as one ES module. */
export async function bundleWorker(entry = MAIN): Promise<string> {
  const result = await build({
    entryPoints: [pathOf(new URL(entry, ROOT))],
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
