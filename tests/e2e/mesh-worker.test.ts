/** A mesh worker that dies under its page: killed, or ended from within. The page plays on at live with a new one. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, plays, read } from './viewer-page.ts';
import { until } from '../until.ts';

/** Keeps hold of every worker that the page makes. */
const HOLD_WORKERS = `
  globalThis.made = [];
  globalThis.Worker = class extends Worker {
    constructor(...rest) {
      super(...rest);
      made.push(this);
    }
  };
`;

Deno.test('a viewer whose mesh worker dies plays on at live with a new one', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const browser = await launchChromium();
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  try {
    const url = `${stack.edge.url}/embed/demo?autoplay&muted`;
    const other = await openViewer(browser, url);
    const page = await (await browser.createBrowserContext()).newPage();
    await page.evaluateOnNewDocument(HOLD_WORKERS);
    await page.goto(url);
    for (const one of [page, other]) await until('both play', plays(one), { withinMs: 30_000 });
    await until('they are neighbours', async () => (await read(page)).stats.peers > 0, { withinMs: 20_000 });

    await page.evaluate('made[0].terminate()');
    await playsOn(page, 2);
    const inWorker = page.workers().at(-1)!;
    await inWorker.evaluate('self.close()').catch(() => {});
    await playsOn(page, 3);
    assert.equal((await read(other)).stats.stalls, 0, 'the other one saw nothing of it');
  } finally {
    await browser.close();
    await feed.stop();
    await stack.stop();
  }
});

/** The worker is dead: the next one is there, playback is at live again with one pause, and peers give as before. */
async function playsOn(page: Page, workers: number): Promise<void> {
  const before = await read(page);
  const diedAt = performance.now();
  await until(`worker ${workers} is there`, async () => await page.evaluate('made.length') === workers, {
    withinMs: 15_000,
  });
  const noticedMs = performance.now() - diedAt;
  await until('it plays at live', async () => {
    const { currentTime, stats } = await read(page);
    return currentTime > before.currentTime + 8 && stats.latencySeconds < 3.5;
  }, { withinMs: 20_000 });
  const after = await until('a neighbour gives again', async () => {
    const reading = await read(page);
    return reading.stats.peers > 0 && reading.stats.peerBytes > before.stats.peerBytes && reading;
  }, { withinMs: 20_000 });
  assert.ok(after.stats.edgeBytes >= before.stats.edgeBytes, 'what was counted before still counts');
  const stalls = after.stats.stalls - before.stats.stalls;
  assert.ok(stalls <= 1, `${stalls} stalls; the worker's end was noticed after ${noticedMs.toFixed(0)} ms`);
  assert.equal(await page.evaluate('made.length'), workers, 'no worker more than was needed');
}
