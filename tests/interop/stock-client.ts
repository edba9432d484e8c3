/**
 * The stock `bittorrent-tracker` client as browsers run it: its browser build, bundled here. (Its build for Node
 * hangs on a WebRTC package whose binary has to be downloaded.)
 */
import type { EventEmitter } from 'node:events';
import { build } from 'esbuild';
import { pathOf, ROOT } from '../../scripts/paths.ts';
import { FakeConnection, FakeDescription } from './fake-connection.ts';

export interface StockClient extends EventEmitter {
  start(options?: { numwant?: number; left?: number }): void;
  stop(options?: { left?: number }): void;
  complete(options?: { left?: number }): void;
  scrape(): void;
  destroy(done?: () => void): void;
}

export type StockClientClass = new (options: {
  infoHash: string;
  peerId: Uint8Array;
  announce: string[];
}) => StockClient;

let loaded: Promise<StockClientClass> | undefined;

export function stockClient(): Promise<StockClientClass> {
  return loaded ??= load();
}

async function load(): Promise<StockClientClass> {
  Object.assign(globalThis, { RTCPeerConnection: FakeConnection, RTCSessionDescription: FakeDescription });
  const result = await build({
    stdin: {
      contents: `export { default } from 'bittorrent-tracker/client'`,
      resolveDir: pathOf(new URL('tests/', ROOT)),
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    define: { global: 'globalThis', 'process.browser': 'true' },
    alias: { events: 'node:events' },
    external: ['node:*'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire('file:///');` },
    write: false,
    logLevel: 'silent',
  });
  const module = await import(`data:text/javascript,${encodeURIComponent(result.outputFiles[0]!.text)}`);
  return module.default as StockClientClass;
}
