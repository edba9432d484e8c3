/** A swarm of different browsers, one with its mesh in a worker and one with its mesh in the page. */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';
import { openViewer, plays, read, until } from './viewer-page.ts';

Deno.test('Chromium and Firefox play the same broadcast and feed each other', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const browsers = await Promise.all([launchChromium(), launchFirefox()]);
  try {
    const url = `${stack.edge.url}/watch/demo`;
    const pages = [await openViewer(browsers[0], url)];
    await until('Chromium plays', 20_000, plays(pages[0]!));
    pages.push(await openViewer(browsers[1], `${stack.edge.url}/embed/demo?autoplay&mesh=page`));
    await until('Firefox plays', 30_000, plays(pages[1]!));

    const [chromium, firefox] = pages as [typeof pages[0], typeof pages[0]];
    for (const [name, page] of [['Chromium', chromium], ['Firefox', firefox]] as const) {
      await until(`${name} has a neighbour`, 20_000, async () => (await read(page)).stats.peers === 1);
    }
    const before = await Promise.all(pages.map(read));
    const gets = (at: 0 | 1) => async () =>
      (await read(pages[at]!)).stats.peerBytes - before[at]!.stats.peerBytes > 100_000;
    const gives = (at: 0 | 1) => async () =>
      (await read(pages[at]!)).stats.uploadBytes - before[at]!.stats.uploadBytes > 100_000;
    // Whoever has the feeds gives, and pieces go from one kind of browser to the other.
    await until('pieces go from one to the other', 30_000, async () => {
      return (await gets(0)() && await gives(1)()) || (await gets(1)() && await gives(0)());
    });
    const later = await Promise.all(pages.map(read));
    later.forEach((reading, i) => assert.ok(reading.currentTime > before[i]!.currentTime, `viewer ${i} plays on`));

    assert.equal(await threadOf(chromium), 'worker');
    assert.equal(await threadOf(firefox), 'page');
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await feed.stop();
    await stack.stop();
  }
});

/** Where the mesh runs, as the statistics tell it. */
function threadOf(page: Awaited<ReturnType<typeof openViewer>>): Promise<string> {
  return until('the statistics tell where the mesh runs', 5000, async () => {
    const text = await page.evaluate(`(() => {
      const player = document.querySelector('shoal-player');
      const shown = player.shadowRoot.querySelector('.overlay');
      if (shown.hidden) player.toggleOverlay();
      return shown.textContent;
    })()`) as string;
    return /Mesh runs in(a worker|the page)/.exec(text)?.[1]?.split(' ')[1];
  });
}
