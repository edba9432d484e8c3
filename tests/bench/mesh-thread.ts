/**
 * `deno task bench:mesh-thread [none|busy|hidden]`: what a busy page and a hidden tab do to sharing, with the mesh in a worker and in the
 * page. Two viewers in real Chromium; the first one's page is made busy (800 ms of every second) or hidden, and what the
 * second one gets from it meanwhile is measured.
 */
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { LEASH, leashEnv } from '../../scripts/leash.ts';
import { buildPlayer } from '../build-player.ts';
import { chromiumPath } from '../e2e/chromium.ts';
import { plays, read } from '../e2e/viewer-page.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { report, type Row } from './table.ts';
import { until } from '../until.ts';

const MEASURE_MS = 15_000;
const BUSY =
  `setInterval(() => { const end = performance.now() + 800; while (performance.now() < end); }, 1000)`;

const stack = await startStack({ assets: await buildPlayer() });
const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
const rows: Row[] = [];
const troubles = ['none', 'busy', 'hidden'].filter((one) =>
  Deno.args.length === 0 || Deno.args.includes(one)
);
try {
  for (const trouble of troubles) {
    for (const mesh of ['worker', 'page']) rows.push(await measure(trouble, mesh));
  }
} finally {
  await feed.stop();
  await stack.stop();
}
await report(rows);
Deno.exit(0);

async function measure(trouble: string, mesh: string): Promise<Row> {
  const giver = await launch();
  const taker = await launch();
  try {
    const url = `${stack.edge.url}/embed/demo?autoplay&muted&mesh=${mesh}`;
    const first = await open(giver, url);
    await until('the giver plays', plays(first), { withinMs: 30_000 });
    const second = await open(taker, url);
    await until('the taker plays', plays(second), { withinMs: 30_000 });
    await until('they are linked', async () => (await read(second)).stats.peers > 0, { withinMs: 30_000 });
    if (trouble === 'hidden') {
      await (await first.browserContext().newPage()).bringToFront();
      await until('the page is hidden', () => first.evaluate('document.hidden') as Promise<boolean>, {
        withinMs: 5000,
      });
    }
    if (trouble === 'busy') await first.evaluate(BUSY);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const before = await Promise.all([first, second].map(read));
    const startedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, MEASURE_MS));
    const after = await Promise.all([first, second].map(read));
    const seconds = (performance.now() - startedAt) / 1000;
    const grown = (at: 0 | 1, field: 'uploadBytes' | 'stalls' | 'edgeBytes') =>
      after[at]!.stats[field] - before[at]!.stats[field];
    return {
      'trouble of the giver': trouble,
      'its mesh in': mesh,
      'it gives, kbps': Math.round(grown(0, 'uploadBytes') * 8 / 1000 / seconds),
      'arrival p95, ms': await lagOf(second),
      "taker's stalls": grown(1, 'stalls'),
      'taker from servers, kB': Math.round(grown(1, 'edgeBytes') / 1000),
    };
  } finally {
    await Promise.all([giver.close(), taker.close()]);
  }
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

/** 95th percentile of arrival after the cut, as the statistics show it. */
function lagOf(page: Page): Promise<string> {
  return until('the statistics are there', async () => {
    const text = await page.evaluate(`(() => {
      const player = document.querySelector('shoal-player');
      const shown = player.shadowRoot.querySelector('.overlay');
      if (shown.hidden) player.toggleOverlay();
      return shown.textContent;
    })()`) as string;
    return /([1-9]\d*) ms at p95/.exec(text)?.[1];
  }, { withinMs: 5000 });
}

/** Without the flags that spare hidden pages, which puppeteer sets by itself. */
function launch(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: LEASH,
    env: leashEnv(chromiumPath()),
    headless: true,
    ignoreDefaultArgs: [
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows',
    ],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
    ],
  });
}
