/** The dashboard as an admin uses it: a channel from its making to its stop, with a real encoder and a real viewer. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { EDGE_SECRETS } from '../edge.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { unheard } from './screen-reader.ts';
import { openViewer, plays } from './viewer-page.ts';
import { until } from '../until.ts';

/** Presses what has this name, as a screen reader would find it. */
async function press(page: Page, role: 'button' | 'link', name: string): Promise<void> {
  await until(`there is a ${role} "${name}"`, async () => {
    const found = await page.$(`aria/${name}[role="${role}"]`);
    await found?.evaluate((element) => (element as unknown as { click(): void }).click());
    return found !== null;
  }, { withinMs: 20_000 });
}

/** The text of the page, or of what the selector finds. */
function textOf(page: Page, selector = 'main'): Promise<string> {
  return page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
}

function sees(page: Page, what: string | RegExp, selector = 'main'): Promise<true> {
  return until(`the dashboard shows ${what}`, async () => {
    const text = await textOf(page, selector);
    return (typeof what === 'string' ? text.includes(what) : what.test(text)) || undefined;
  }, { withinMs: 20_000 });
}

/** Every control of this page has a name, and no heading skips a level. */
async function canBeHeard(page: Page, what: string): Promise<void> {
  assert.deepEqual(await unheard(page), [], `by ear: ${what}`);
}

/** The figure with this name, as the first view of a channel shows it. */
function figure(page: Page, name: string): Promise<string> {
  return page.$$eval('.figures > div', (rows, name) => {
    const row = rows.find((row) => row.querySelector('dt')?.textContent === name);
    return row?.querySelector('dd')?.textContent ?? '';
  }, name);
}

Deno.test('an admin makes a channel, sees it go live, watches its charts move, kicks a viewer, exports the visits and stops it', async () => {
  const stack = await startStack({ assets: await buildPlayer(), channels: [] });
  const browser = await launchChromium();
  const downloads = await Deno.makeTempDir({ prefix: 'shoal-downloads-' });
  let feed: ReturnType<typeof startFeed> | undefined;
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`${stack.edge.url}/admin#token=${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}`);
    await sees(page, 'No channel yet.');
    assert.equal(await page.evaluate('location.hash'), '', 'the token leaves the address');

    await press(page, 'link', 'New channel');
    await page.waitForSelector('input[name="title"]');
    await canBeHeard(page, 'the form of a new channel');
    await page.type('input[name="title"]', 'Evening show');
    await press(page, 'button', 'Create channel');
    await sees(page, 'Evening show is ready');
    const copied = (label: string) => page.$eval(`code[aria-label="${label}"]`, (code) => code.textContent!);
    await page.waitForSelector('code[aria-label="server"]');
    const publishUrl = `${await copied('server')}/${await copied('stream key')}`;
    await press(page, 'button', 'I have copied it: open the channel');
    await sees(page, 'Nobody is publishing.');

    feed = startFeed({ output: ['-f', 'flv', publishUrl] });
    await until('the channel is shown live', async () => await page.$('.head .state.live') !== null, {
      withinMs: 20_000,
    });
    const shownAtMs = Date.now();
    const { channel } = await stack.api('GET', '/channels/evening-show') as {
      channel: { broadcast: { startedAt: string } };
    };
    console.log(`shown live ${shownAtMs - Date.parse(channel.broadcast.startedAt)} ms after the first media`);

    const viewer = await openViewer(browser, `${stack.edge.url}/watch/evening-show`);
    await until('the viewer plays', plays(viewer), { withinMs: 20_000 });
    await until('the viewer is counted', async () => await figure(page, 'Viewers') === '1', {
      withinMs: 20_000,
    });
    await until('the edge’s egress is shown', async () => {
      return /^[1-9][\d.]* [kM]bps/.test(await figure(page, 'Edge sends'));
    }, { withinMs: 20_000 });
    const drawn = () => page.$$eval('.chart canvas', (all) => all.map((one) => one.toDataURL()).join());
    await until('the charts are drawn', async () => (await page.$$('.chart canvas')).length === 5, {
      withinMs: 20_000,
    });
    const before = await drawn();
    await until('the charts move', async () => await drawn() !== before, { withinMs: 20_000 });
    await canBeHeard(page, 'a channel on air');

    await press(page, 'link', 'Viewers');
    await page.waitForSelector('button[aria-label^="Kick"]');
    await canBeHeard(page, 'viewers');
    await page.$eval(
      'button[aria-label^="Kick"]',
      (button) => (button as unknown as { click(): void }).click(),
    );
    await canBeHeard(page, 'the question before a kick');
    await press(page, 'button', 'Kick viewer');
    await sees(page, 'Nobody is watching.');
    await until('the viewer is told', async () => /No entry/.test(await textOf(viewer, 'body')), {
      withinMs: 20_000,
    });

    await press(page, 'link', 'Visits');
    await page.waitForSelector('table.dense tbody tr');
    const session = await browser.target().createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
    await press(page, 'button', 'Export CSV');
    const csv = await until('the CSV is there', async () => {
      return await Deno.readTextFile(`${downloads}/evening-show-visits.csv`);
    }, { withinMs: 20_000 });
    const lines = csv.trim().split(/\r?\n/);
    assert.equal(lines.length, 2, csv);
    assert.match(lines[0]!, /viewer/);
    assert.match(lines[1]!, /computer/);

    for (
      const [view, shows] of [['Publish', 'Another Shoal as input'], ['Settings', 'Delete channel']] as const
    ) {
      await press(page, 'link', view);
      await sees(page, shows);
      await canBeHeard(page, view);
    }

    await press(page, 'button', 'Stop');
    await press(page, 'button', 'Stop channel');
    await until('the channel is shown stopped', async () => await page.$('.head .state.stopped') !== null, {
      withinMs: 20_000,
    });
    await feed.ended;
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
    await feed?.stop();
    await stack.stop();
    await Deno.remove(downloads, { recursive: true });
  }
});
