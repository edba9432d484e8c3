/** The examples, opened as a reader would open them: on a site of their own, against a running Shoal. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { serveExamples } from './example-site.ts';
import { openViewer, plays } from './viewer-page.ts';
import { until } from '../until.ts';

Deno.test('every example plays on a site of its own, and the iframe obeys the page around it', async () => {
  const [stack, site] = [await startStack({ assets: await buildPlayer() }), await serveExamples()];
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const browser = await launchChromium();
  const open = (name: string) =>
    openViewer(browser, `${site.url}/${name}/?edge=${encodeURIComponent(stack.edge.url)}&channel=demo`);
  try {
    const [plain, iframe, react] = [await open('plain'), await open('iframe'), await open('react')];
    await until('the plain page plays', plays(plain!), { withinMs: 30_000 });
    await until('the React app plays', plays(react!), { withinMs: 30_000 });
    for (const page of [plain!, react!]) {
      await until('the page is told that it is live', async () => await stateOf(page) === 'live', {
        withinMs: 5000,
      });
    }

    await until(
      'the iframe plays, as its page is told',
      async () => await stateOf(iframe!) === 'live, playing',
      { withinMs: 30_000 },
    );
    await press(iframe!, 'pause');
    await until('it pauses', async () => await stateOf(iframe!) === 'live, paused', { withinMs: 5000 });
    await press(iframe!, 'play');
    await until('it plays again', async () => await stateOf(iframe!) === 'live, playing', { withinMs: 5000 });

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
