/** Protected channels in real browsers: both schemes, by EME and by the page itself, across rotations of the key. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';
import { openViewer, plays, read, until } from './viewer-page.ts';

/** Two of them fit into what is watched. */
const PERIOD_S = 10;

interface Look {
  /** Played from the first picture on, seconds. */
  playedS: number;
  ranges: number;
  byEme: boolean;
  troubles: string[];
}

/** Counts what the player recovers from, from now on. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    globalThis.troubles = [];
    document.addEventListener('shoal-trouble', ({ detail }) => troubles.push(JSON.stringify(detail)));
  })()`);
}

async function look(page: Page): Promise<Look> {
  return await page.evaluate(`(() => {
    const video = document.querySelector('shoal-player').shadowRoot.querySelector('video');
    const { buffered } = video;
    return {
      playedS: video.currentTime - (buffered.length ? buffered.start(0) : video.currentTime),
      ranges: buffered.length,
      byEme: video.mediaKeys !== null,
      troubles: globalThis.troubles,
    };
  })()`) as Look;
}

Deno.test('protected channels play in Chromium and Firefox across rotations, by EME and without it', async () => {
  const schemes = ['cenc', 'cbcs'] as const;
  const channels = schemes.map((drm) => ({ name: drm, settings: { drm, keyPeriodS: PERIOD_S } }));
  const stack = await startStack({ assets: await buildPlayer(), channels });
  const feeds = schemes.map((drm) =>
    startFeed({ output: ['-f', 'flv', stack.publishUrl(drm)], videoKbps: 250 })
  );
  const [chromium, firefox] = await Promise.all([launchChromium(), launchFirefox()]);
  try {
    const viewers = await Promise.all(
      schemes.flatMap((drm) => [
        { name: `${drm} in Chromium`, browser: chromium, drm, page: 'eme' },
        { name: `${drm} in Chromium, by the page`, browser: chromium, drm, page: 'page' },
        { name: `${drm} in Firefox`, browser: firefox, drm, page: 'eme' },
      ]).map(async ({ name, browser, drm, page: decryption }) => {
        const page = await openViewer(browser, `${stack.edge.url}/watch/${drm}`);
        await listen(page);
        if (decryption === 'page') {
          await page.evaluate(`document.querySelector('shoal-player').setAttribute('decryption', 'page')`);
        }
        return { name, decryption, page };
      }),
    );
    await Promise.all(viewers.map(({ name, page }) => until(`${name} plays`, 40_000, plays(page))));
    await Promise.all(
      viewers.map(({ name, page }) =>
        until(
          `${name} has played over a rotation`,
          60_000,
          async () => (await look(page)).playedS > PERIOD_S + 3,
        )
      ),
    );
    for (const { name, page, decryption } of viewers) {
      const { ranges, byEme, troubles } = await look(page);
      assert.equal(ranges, 1, `${name}: there is a gap in what was played`);
      assert.equal(byEme, decryption === 'eme', name);
      assert.deepEqual(troubles, [], name);
      const { frames } = await read(page);
      assert.ok(frames > 25 * PERIOD_S / 2, `${name} decoded ${frames} frames`);
    }
    for (const drm of schemes) {
      const { items } = await stack.api('GET', `/channels/${drm}/keys`) as { items: { startsAt: string }[] };
      const begun = items.filter(({ startsAt }) => Date.parse(startsAt) < Date.now());
      assert.ok(begun.length > 1, `${drm} was rotated`);
    }
  } finally {
    await Promise.all([chromium.close(), firefox.close()]);
    await Promise.all(feeds.map((feed) => feed.stop()));
    await stack.stop();
  }
});
