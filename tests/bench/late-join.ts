/**
 * `deno task bench:late-join`: a viewer who comes while the egress cap is spent starts from peers alone.
 *
 * N viewers play; then the cap is set to what the seeds take, so that nothing is left for joins, repair or runs. Ten
 * times another viewer joins, is measured and leaves.
 */
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { PROBE, type ProbeReading } from './peers/probe.ts';
import { quantile, report, type Row } from './table.ts';
import { until } from '../until.ts';

const { values } = parseArgs({
  args: Deno.args,
  options: {
    viewers: { type: 'string', default: '8' },
    joins: { type: 'string', default: '10' },
    cap: { type: 'string', default: '500' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:late-join [options]

  --viewers N   viewers who are there before (default 8)
  --joins N     joins that are measured (default 10)
  --cap KBPS    egress cap while they join (default 500: about one copy of the stream, all of it taken by seeds)
  --json FILE   also write {"rows": [...]}`);
  Deno.exit(0);
}

/**
 * When each step of a start was reached, milliseconds from navigation: the player's scripts are there, the first
 * neighbour is dialled (the shard has welcomed it), its answer came, it is linked, its media came (the last two seen with
 * the figures, four times a second).
 */
const STEPS = `(() => {
  const steps = globalThis.__steps = {};
  const reached = (name) => steps[name] ??= performance.now();
  customElements.whenDefined('shoal-player').then(() => reached('playerMs'));
  const Plain = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Plain {
    createDataChannel(...args) {
      reached('dialMs');
      return super.createDataChannel(...args);
    }
    setRemoteDescription(description) {
      if (description?.type === 'answer') reached('answerMs');
      return super.setRemoteDescription(description);
    }
  };
  setInterval(() => {
    const stats = document.querySelector('shoal-player')?.stats?.();
    if (stats?.peers > 0) reached('linkMs');
    if (stats?.peerBytes > 0) reached('mediaMs');
  }, 20);
})()`;

const STEP_NAMES = ['playerMs', 'dialMs', 'answerMs', 'linkMs', 'mediaMs'];

interface Reading {
  probe: ProbeReading;
  steps: Record<string, number>;
  stats: { peerBytes: number; edgeBytes: number; peers: number };
}

const stack = await startStack({ assets: await buildPlayer() });
const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
const browser = await launchChromium();
const rows: Row[] = [];
try {
  const audience: Page[] = [];
  for (let i = 0; i < Number(values.viewers); i++) audience.push(await open(browser));
  for (const page of audience) {
    await untilSeen(page, ({ probe, stats }) => probe.playedS > 8 && stats.peers >= 3);
  }
  await stack.api('PATCH', '/channels/demo', { settings: { egressCapKbps: Number(values.cap) } });
  const stallsBefore = (await Promise.all(audience.map(read))).map(({ probe }) => probe.stalls);
  // The bucket empties within its burst; the seeds take what comes in from then on.
  await untilSeen(audience[0]!, ({ probe }) => probe.playedS > 14);
  for (let join = 1; join <= Number(values.joins); join++) {
    const page = await open(browser);
    const { probe, stats, steps } = await untilSeen(page, ({ probe }) => probe.playedS > 3);
    rows.push({
      join,
      ...Object.fromEntries(STEP_NAMES.map((name) => [name, Math.round(steps[name] ?? NaN)])),
      startupMs: probe.startupMs,
      stalls: probe.stalls,
      peerKB: stats.peerBytes / 1000,
      edgeKB: stats.edgeBytes / 1000,
      peers: stats.peers,
    });
    await page.browserContext().close();
  }
  const after = await Promise.all(audience.map(read));
  const stalls = after.reduce((sum, { probe }, i) => sum + probe.stalls - stallsBefore[i]!, 0);
  await report(rows, values.json);
  const startups = rows.map(({ startupMs }) => Number(startupMs));
  console.log(
    `\nstart-up: median ${
      quantile(startups, 0.5)?.toFixed(0)
    } ms; stalls of the ${audience.length} others: ${stalls}`,
  );
} finally {
  await browser.close();
  await feed.stop();
  await stack.stop();
}
Deno.exit(0);

async function open(browser: Browser): Promise<Page> {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.evaluateOnNewDocument(PROBE);
  await page.evaluateOnNewDocument(STEPS);
  await page.goto(`${stack.edge.url}/embed/demo?autoplay&muted`);
  return page;
}

async function read(page: Page): Promise<Reading> {
  return await page.evaluate(
    `({ probe: __probe.read(), steps: __steps, stats: document.querySelector('shoal-player').stats() })`,
  ) as Reading;
}

function untilSeen(page: Page, holds: (reading: Reading) => boolean, withinMs = 40_000): Promise<Reading> {
  return until('a viewer gets so far', () => read(page), { withinMs, holds });
}
