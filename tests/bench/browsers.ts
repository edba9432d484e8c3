/**
 * `deno task bench:browsers`: start-up and live latency of the watch page, browser beside browser.
 *
 * One broadcast, one Chromium viewer who stays. Visitors come one after the other, a browser each in turn, so that a
 * slow moment of the machine meets all alike. Start-up is the player's own figure; latency is read from the clock in
 * the picture once a visitor has settled.
 */
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { launchFirefox } from '../e2e/firefox.ts';
import { openViewer, plays, read } from '../e2e/viewer-page.ts';
import { launchWebKit } from '../e2e/webkit.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { quantile, report } from './table.ts';
import { until } from '../until.ts';

const { values } = parseArgs({
  args: Deno.args,
  options: {
    browsers: { type: 'string', default: 'chromium,firefox' },
    visits: { type: 'string', default: '6' },
    settle: { type: 'string', default: '8' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:browsers [options]

  --browsers A,B   chromium, firefox, webkit (default chromium,firefox)
  --visits N       visits of each (default 6)
  --settle S       seconds before latency is read (default 8)
  --json FILE      also write {"rows": [...]}`);
  Deno.exit(0);
}

const SAMPLES = 10;
const SAMPLE_MS = 300;

/** What a visit showed, milliseconds. */
interface Visit {
  startupMs: number;
  latenciesMs: number[];
  stalls: number;
}

/** Opens a visitor's page, and closes it. */
interface Visitor {
  open(url: string): Promise<Page>;
  leave(page: Page): Promise<void>;
}

const byPuppeteer = (browser: Browser): Visitor => ({
  open: (url) => openViewer(browser, url),
  leave: (page) => page.browserContext().close(),
});

const stack = await startStack({ assets: await buildPlayer() });
const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
const url = `${stack.edge.url}/watch/demo`;
const chromium = await launchChromium();
const open: Record<string, () => Promise<[Visitor, () => Promise<unknown>]>> = {
  chromium: async () => [byPuppeteer(chromium), async () => {}],
  async firefox() {
    const browser = await launchFirefox();
    return [byPuppeteer(browser), () => browser.close()];
  },
  async webkit() {
    const page = await launchWebKit();
    return [{
      async open(address) {
        await page.goto(address);
        return page as unknown as Page;
      },
      leave: () => page.goto('about:blank'),
    }, () => page.close()];
  },
};
const names = values.browsers.split(',');
const closing: (() => Promise<unknown>)[] = [];
try {
  const stays = await openViewer(chromium, url);
  await until('the one who stays watches', plays(stays), { withinMs: 60_000 });
  const visitors = new Map<string, Visitor>();
  for (const name of names) {
    const [visitor, close] = await open[name]!();
    visitors.set(name, visitor);
    closing.push(close);
  }
  const seen = new Map<string, Visit[]>(names.map((name) => [name, []]));
  // The first visit of each fills the browser's caches and is not counted.
  for (let i = 0; i <= Number(values.visits); i++) {
    for (const [name, visitor] of visitors) {
      const visit = await watch(visitor);
      if (i > 0) seen.get(name)!.push(visit);
    }
  }
  await report(
    names.map((browser) => {
      const visits = seen.get(browser)!;
      const startups = visits.map(({ startupMs }) => startupMs);
      const latencies = visits.flatMap(({ latenciesMs }) => latenciesMs);
      return {
        browser,
        visits: visits.length,
        startupP50Ms: quantile(startups, 0.5),
        startupMaxMs: Math.max(...startups),
        latencyP50Ms: quantile(latencies, 0.5),
        latencyP95Ms: quantile(latencies, 0.95),
        stalls: visits.reduce((sum, { stalls }) => sum + stalls, 0),
      };
    }),
    values.json,
  );
} finally {
  for (const close of closing) await close();
  await chromium.close();
  await feed.stop();
  await stack.stop();
}
Deno.exit(0);

async function watch(visitor: Visitor): Promise<Visit> {
  const page = await visitor.open(url);
  const startupMs = await until('the visitor has a picture', async () => (await read(page)).stats.startupMs, {
    withinMs: 60_000,
  });
  await pause(Number(values.settle) * 1000);
  const latenciesMs: number[] = [];
  let stalls = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const { latencyMs, stats } = await read(page);
    if (latencyMs !== undefined) latenciesMs.push(latencyMs);
    stalls = stats.stalls;
    await pause(SAMPLE_MS);
  }
  await visitor.leave(page);
  return { startupMs, latenciesMs, stalls };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
