/**
 * Tabs that nobody looks at, in a Chromium that slows them down as it does for people: one whose mesh is in the page
 * hands its children over, one whose mesh is in a worker feeds on, a frozen one comes back to live by itself.
 */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchSleepyChromium } from './chromium.ts';
import { plays, read } from './viewer-page.ts';
import { until } from '../until.ts';

const FROZEN_MS = 4000;
/** How long three timers of 10 ms take; in a hidden page each waits for the next second. */
const THREE_TIMERS = `(async () => {
  const from = performance.now();
  for (let i = 0; i < 3; i++) await new Promise((done) => setTimeout(done, 10));
  return performance.now() - from;
})()`;

Deno.test('a hidden tab hands over from the page and feeds on from a worker, a frozen one comes back to live', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const browsers = await Promise.all([1, 2, 3].map(() => launchSleepyChromium()));
  try {
    const url = `${stack.edge.url}/embed/demo?autoplay&muted`;
    const inPage = await open(browsers[0]!, `${url}&mesh=page`);
    await until('the first viewer plays', plays(inPage), { withinMs: 30_000 });
    const [inWorker, seen] = await Promise.all([open(browsers[1]!, url), open(browsers[2]!, url)]);
    await Promise.all(
      [inWorker, seen].map((page) => until('the others play', plays(page), { withinMs: 30_000 })),
    );
    await until('the first feeds the others', async () => await uploaded(inPage) > 50_000, {
      withinMs: 20_000,
    });

    await Promise.all([hide(inPage), hide(inWorker)]);
    const given = await uploaded(inWorker);
    await until('the hidden page gives nothing any more and plays on', async () => {
      const before = await read(inPage);
      await until(
        'half a megabit more has come',
        async () => received(await read(inPage)) > received(before) + 60_000,
        { withinMs: 10_000 },
      );
      return await uploaded(inPage) === before.stats.uploadBytes;
    }, { withinMs: 20_000 });

    await until('the hidden one with a worker feeds on', async () => {
      return await uploaded(inWorker) > given + 100_000;
    }, { withinMs: 20_000 });
    assert.equal(await inWorker.evaluate('document.hidden'), true);

    await inWorker.evaluate(`document.addEventListener('freeze', () => globalThis.wasFrozen = true)`);
    const session = await inWorker.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await inWorker.bringToFront();
    const { currentTime } = await read(inWorker);
    await until('the page that was frozen plays at live', async () => {
      const now = await read(inWorker);
      return now.currentTime > currentTime + 2 && now.stats.latencySeconds < 3.5;
    }, { withinMs: 20_000 });
    assert.equal(await inWorker.evaluate('wasFrozen'), true, 'the same page, which froze');
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await feed.stop();
    await stack.stop();
  }
});

async function open(browser: Browser, url: string): Promise<Page> {
  const page = (await browser.pages())[0]!;
  await page.goto(url);
  return page;
}

/** Puts another tab in front, and waits until the browser treats this one as hidden. */
async function hide(page: Page): Promise<void> {
  await (await page.browserContext().newPage()).bringToFront();
  await until('the page is hidden', () => page.evaluate('document.hidden') as Promise<boolean>, {
    withinMs: 5000,
  });
  await until('its timers are slowed down', async () => {
    return await page.evaluate(THREE_TIMERS) as number > 1500;
  }, { withinMs: 30_000 });
}

async function uploaded(page: Page): Promise<number> {
  return (await read(page)).stats.uploadBytes;
}

function received({ stats }: Awaited<ReturnType<typeof read>>): number {
  return stats.peerBytes + stats.edgeBytes;
}
