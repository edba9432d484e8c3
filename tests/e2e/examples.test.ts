/** The examples, opened as a reader would open them: on a site of their own and on a foreign one. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { serveExamples } from './example-site.ts';
import { openViewer, plays } from './viewer-page.ts';
import { until } from '../until.ts';

Deno.test('every example plays on a site of its own, and none shows a channel that may not be there', async (t) => {
  const site = await serveExamples();
  // The same server by another name: a site that is not on the list of the second channel.
  const foreign = site.url.replace('127.0.0.1', 'localhost');
  const sites = [new URL(site.url).hostname];
  const stack = await startStack({
    assets: await buildPlayer(),
    channels: [{ name: 'demo' }, { name: 'members', settings: { sites } }, { name: 'rented' }],
  });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const browser = await launchChromium();
  const open = (name: string, { on = site.url, channel = 'demo' } = {}) =>
    openViewer(browser, `${on}/${name}/?edge=${encodeURIComponent(stack.edge.url)}&channel=${channel}`);
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
    assert.equal(await react!.evaluate(`document.querySelector('shoal-player').muted`), true, 'set by React');

    await t.step('a channel with a list of sites is let in on these, by element and by iframe', async () => {
      const own = { channel: 'members' };
      const [element, frame] = [await open('plain', own), await open('iframe', own)];
      await until('the element waits for the broadcast', async () => await stateOf(element) === 'offline');
      await until('so does the iframe', async () => await stateOf(frame) === 'offline, paused');
    });

    await t.step('on a foreign site the element is refused and the browser shows no iframe', async () => {
      const other = { channel: 'members', on: foreign };
      const [element, frame] = [await open('plain', other), await open('iframe', other)];
      await until('the element is refused', async () => await stateOf(element) === 'refused');
      assert.equal(
        await element.evaluate(`document.querySelector('shoal-player').reason.code`),
        'site-not-allowed',
      );
      await until(
        'the browser has put its error in place of the frame',
        () => frame.mainFrame().childFrames().some((child) => child.url().startsWith('chrome-error:')),
      );
      assert.match(await stateOf(frame), /^loading/i);
    });

    await t.step('a lease with sites holds for the page around an iframe', async () => {
      await stack.api('POST', '/tenants', { name: 'acme', title: 'Acme TV' });
      const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
      const times = { from: inHours(-1), until: inHours(1) };
      await stack.api('POST', '/channels/rented/leases', {
        tenant: 'acme',
        kind: 'channel',
        sites,
        ...times,
      });
      const other = await open('iframe', { channel: 'rented', on: foreign });
      await until('elsewhere it is refused', async () => await stateOf(other) === 'refused, paused');
      const own = await open('iframe', { channel: 'rented' });
      await until('on its site it waits', async () => await stateOf(own) === 'offline, paused');
    });

    await t.step('what a page sets before the script has come is taken', async () => {
      const page = await openViewer(browser, `${site.url}/nothing-here`);
      const seen = await page.evaluate(`(async () => {
        const player = document.createElement('shoal-player');
        Object.assign(player, { token: 'e.a.rly', muted: true, p2p: 'relay', quality: '360p' });
        document.body.append(player);
        await import('${stack.edge.url}/assets/player.js');
        const { token, muted, p2p, quality } = player;
        return [Object.keys(player), token, muted, player.getAttribute('p2p'), quality];
      })()`);
      assert.deepEqual(seen, [[], 'e.a.rly', true, 'relay', '360p']);
    });
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
