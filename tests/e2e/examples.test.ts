/** The examples, opened as a reader would open them: on a site of their own, against a running Shoal. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { serveExamples } from './example-site.ts';
import { openViewer, plays, until } from './viewer-page.ts';

Deno.test('every example plays on a site of its own, and the iframe obeys the page around it', async () => {
  const [stack, site] = [await startStack({ assets: await buildPlayer() }), await serveExamples()];
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const browser = await launchChromium();
  const open = (name: string) =>
    openViewer(browser, `${site.url}/${name}/?edge=${encodeURIComponent(stack.edge.url)}&channel=demo`);
  try {
    const [plain, iframe, react] = [await open('plain'), await open('iframe'), await open('react')];
    await until('the plain page plays', 30_000, plays(plain!));
    await until('the React app plays', 30_000, plays(react!));
    for (const page of [plain!, react!]) {
      await until('the page is told that it is live', 5000, async () => await stateOf(page) === 'live');
    }

    await until(
      'the iframe plays, as its page is told',
      30_000,
      async () => await stateOf(iframe!) === 'live, playing',
    );
    await press(iframe!, 'pause');
    await until('it pauses', 5000, async () => await stateOf(iframe!) === 'live, paused');
    await press(iframe!, 'play');
    await until('it plays again', 5000, async () => await stateOf(iframe!) === 'live, playing');

    assert.equal(await meshThread(react!), 'worker', 'mesh-worker.js lies beside the bundle');
    assert.equal(await meshThread(plain!), 'worker', "the edge's worker is started from another site");
  } finally {
    await browser.close();
    await feed.stop();
    await site.stop();
    await stack.stop();
  }
});

function stateOf(page: Page): Promise<string> {
  return page.evaluate(`document.getElementById('state').textContent`) as Promise<string>;
}

function press(page: Page, id: string): Promise<unknown> {
  return page.evaluate(`document.getElementById('${id}').click()`);
}

/** `worker` when the page started one. */
async function meshThread(page: Page): Promise<string> {
  return page.workers().length > 0 ? 'worker' : 'page';
}
