/**
 * A swarm of different browsers: Chromium with its mesh in a worker, Firefox with its mesh in the page, and a browser
 * as old as the TVs that the legacy build is for.
 */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';
import { GROW_OLD } from './old-browser.ts';
import { openViewer, plays, read } from './viewer-page.ts';
import { until } from '../until.ts';

Deno.test('Chromium, Firefox and an old browser play the same broadcast and feed each other', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const [chrome, fox] = await Promise.all([launchChromium(), launchFirefox()]);
  try {
    const url = `${stack.edge.url}/watch/demo`;
    const chromium = await openViewer(chrome, url);
    const old = await (await chrome.createBrowserContext()).newPage();
    const errors: string[] = [];
    old.on('pageerror', (error) => void errors.push(String(error)));
    await old.evaluateOnNewDocument(GROW_OLD);
    const [firefox] = await Promise.all([
      openViewer(fox, `${stack.edge.url}/embed/demo?autoplay&mesh=page`),
      old.goto(url),
    ]);
    const viewers = { chromium, firefox, old };
    const all = (what: string, holds: (page: Page) => () => Promise<unknown>) =>
      Promise.all(
        Object.entries(viewers).map(([name, page]) =>
          until(`${name} ${what}`, async () => !!await holds(page)(), { withinMs: 40_000 })
        ),
      );
    await all('plays', plays);
    // Whoever has the feeds gives, the others get: no one stands apart.
    await all('gets pieces from others or gives to them', (page) => async () => {
      const { peerBytes, uploadBytes } = (await read(page)).stats;
      return peerBytes + uploadBytes > 100_000;
    });
    await until('Firefox exchanges with the other kind', async () => {
      const { peers, peerBytes, uploadBytes } = (await read(firefox)).stats;
      return peers > 0 && peerBytes + uploadBytes > 100_000;
    }, { withinMs: 20_000 });

    assert.equal(await threadOf(chromium), 'worker');
    assert.equal(await threadOf(firefox), 'page');
    assert.deepEqual(await scriptsOf(chromium), ['/assets/watch.js']);
    assert.deepEqual(await scriptsOf(old), ['/assets/legacy/watch.js']);
    assert.deepEqual(errors, []);
  } finally {
    await Promise.all([chrome.close(), fox.close()]);
    await feed.stop();
    await stack.stop();
  }
});

/** Where the mesh runs, as the statistics tell it. */
function threadOf(page: Page): Promise<string> {
  return until('the statistics tell where the mesh runs', async () => {
    const text = await page.evaluate(`(() => {
      const player = document.querySelector('shoal-player');
      const shown = player.shadowRoot.querySelector('.overlay');
      if (shown.hidden) player.toggleOverlay();
      return shown.textContent;
    })()`) as string;
    return /Mesh runs in(a worker|the page)/.exec(text)?.[1]?.split(' ')[1];
  }, { withinMs: 5000 });
}

/** Those that were loaded; the one in the page decides which. */
function scriptsOf(page: Page): Promise<unknown> {
  return page.evaluate(
    `[...document.scripts].flatMap(({ src }) => src ? [new URL(src).pathname] : [])`,
  );
}
