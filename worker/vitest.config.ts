/** Worker tests run in real workerd: `deno run -A npm:vitest run --root worker` (through the script of tasks). */
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { WORKERD } from '../scripts/serve/workerd-binary.ts';

// wrangler.toml names the folder of the built pages; a fresh clone has none yet.
mkdirSync(new URL('../web/dist', import.meta.url).pathname, { recursive: true });

// Where miniflare looks for workerd: killed tests take it with them (scripts/leash.ts).
process.env.MINIFLARE_WORKERD_PATH = new URL('../scripts/leash.sh', import.meta.url).pathname;
process.env.LEASHED_PROGRAM = WORKERD;

export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: '../wrangler.toml' },
      miniflare: {
        bindings: {
          SHOAL_ADMIN_TOKEN: 'admin-token-of-the-tests',
          SHOAL_ORIGIN_SECRET: 'origin-secret-of-the-tests',
          SHOAL_EDGE_SECRET: 'edge-secret-of-the-tests',
          // Property tests run longer under `deno task test --long`.
          SHOAL_FUZZ_RUNS: process.env.SHOAL_FUZZ_RUNS ?? '',
          SHOAL_ICE_SERVERS: '[{"urls":["stun:stun.of.the.tests:3478"]}]',
          SHOAL_TURN_URLS: 'turn:turn.of.the.tests:3478?transport=udp',
          SHOAL_TURN_SECRET: 'turn-secret-of-the-tests',
        },
      },
    }),
  ],
  // ES modules in a package that does not say so.
  test: {
    // One workerd for all files: a new one for each is a third of the time. testing/clean.ts empties it in between.
    isolate: false,
    setupFiles: ['testing/clean.ts'],
    server: { deps: { inline: ['itty-durable'] } },
    include: ['**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
