/** The dashboard as an admin uses it: a channel from its making to its stop, with a real encoder and a real viewer. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { EDGE_SECRETS } from '../edge.ts';
import { startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { asks, canBeHeard, figure, fill, press, sees, seesNoDialog, textOf } from './admin-page.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, plays } from './viewer-page.ts';
import { until } from '../until.ts';

Deno.test('an admin makes a channel, sees it go live, watches its charts move, kicks a viewer, exports the visits and stops it', async () => {
  const stack = await startStack({
    assets: await buildPlayer(),
    channels: [],
    bindings: { SHOAL_HOOKS_LOCAL: '1' },
  });
  const browser = await launchChromium();
  const downloads = await Deno.makeTempDir({ prefix: 'shoal-downloads-' });
  let feed: ReturnType<typeof startFeed> | undefined;
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 900 });
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
    await asks(page, 'the question before a kick');
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

    await setsAndClearsAnInput(page, stack);
    await choosesRenditions(page, stack);
    await changesContentKeys(page, stack);
    await editsALease(page, stack);
    await backsUpAndRestores(page, stack, downloads);
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
    await feed?.stop();
    await stack.stop();
    await Deno.remove(downloads, { recursive: true });
  }
});

/** Another Shoal as the channel's input; here it is one that does not exist. */
async function setsAndClearsAnInput(page: Page, stack: Stack): Promise<void> {
  const source = async () => (await stack.api('GET', '/channels/evening-show/source')).source;
  await press(page, 'link', 'Publish');
  await press(page, 'button', 'Set input');
  await asks(page, 'the input dialog');
  await fill(page, 'url', `${stack.edge.url}/elsewhere`);
  await press(page, 'button', 'Set input', 'dialog');
  await sees(page, 'must be the address of a channel', 'dialog');
  const url = `${stack.edge.url}/watch/no-such-show`;
  await fill(page, 'url', url);
  await press(page, 'button', 'Set input', 'dialog');
  await seesNoDialog(page);
  await sees(page, url);
  assert.deepEqual(await source(), { ...await source() as object, url, hasToken: false });
  await press(page, 'button', 'Remove input');
  await asks(page, 'the question before an input is removed');
  await press(page, 'button', 'Remove input', 'dialog');
  await seesNoDialog(page);
  await until('no input is shown', async () => !(await textOf(page)).includes(url));
  assert.equal(await source(), null);
}

async function choosesRenditions(page: Page, stack: Stack): Promise<void> {
  await press(page, 'link', 'Settings');
  await sees(page, 'None: viewers get what the encoder sends.');
  await press(page, 'button', 'Add 360p');
  await press(page, 'button', 'Add 480p');
  await press(page, 'button', 'Add another');
  await fill(page, 'settings.ladder.2.height', '181');
  await fill(page, 'settings.ladder.2.kbps', '150');
  await canBeHeard(page, 'renditions');
  await press(page, 'button', 'Save 1 change');
  await sees(page, 'Height must be an even number');
  await fill(page, 'settings.ladder.2.height', '180');
  await press(page, 'button', 'Remove rendition 2');
  await press(page, 'button', 'Save 1 change');
  await until('nothing is left to save', async () => await page.$('.save-bar') === null);
  const { channel } = await stack.api('GET', '/channels/evening-show') as {
    channel: { settings: { ladder: unknown } };
  };
  assert.deepEqual(channel.settings.ladder, [{ height: 480, kbps: 900 }, { height: 180, kbps: 150 }]);
}

async function changesContentKeys(page: Page, stack: Stack): Promise<void> {
  const keys = async () => {
    const { items } = await stack.api('GET', '/channels/evening-show/keys') as { items: { keyId: string }[] };
    return items.map(({ keyId }) => keyId);
  };
  await page.select('[name="settings.drm"]', 'cenc');
  await press(page, 'button', 'Save 1 change');
  await sees(page, 'Content keys');
  const before = await keys();
  await press(page, 'button', 'Change keys now');
  await asks(page, 'the question before keys change');
  await press(page, 'button', 'Change keys', 'dialog');
  await seesNoDialog(page);
  const after = await keys();
  assert.notDeepEqual(after, before);
  await sees(page, after[0]!);
}

async function editsALease(page: Page, stack: Stack): Promise<void> {
  await stack.api('POST', '/tenants', { name: 'north', title: 'North' });
  const from = new Date().toISOString();
  const until = new Date(Date.now() + 86_400_000).toISOString();
  await stack.api('POST', '/leases', {
    tenant: 'north',
    channel: 'evening-show',
    from,
    until,
    viewerQuota: 10,
  });
  await press(page, 'link', 'Tenants and leases');
  await sees(page, 'of 10');
  await press(page, 'button', 'Edit: lease of evening-show by north');
  await asks(page, 'a lease');
  await fill(page, 'viewerQuota', '0');
  await press(page, 'button', 'Save', 'dialog');
  await page.waitForSelector('dialog [name="viewerQuota"][aria-invalid="true"]');
  await fill(page, 'viewerQuota', '50');
  await press(page, 'button', 'Save', 'dialog');
  await seesNoDialog(page);
  await sees(page, 'of 50');
}

async function backsUpAndRestores(page: Page, stack: Stack, downloads: string): Promise<void> {
  await press(page, 'link', 'Server');
  await press(page, 'button', 'Download backup');
  const file = await until('the backup is there', async () => {
    for await (const { name } of Deno.readDir(downloads)) {
      if (/^shoal-.*\.json$/.test(name)) return `${downloads}/${name}`;
    }
  }, { withinMs: 20_000 });
  await stack.api('DELETE', '/channels/evening-show');
  const chooser = await page.waitForSelector('input[type="file"]');
  await (chooser as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(file);
  await sees(page, /holds 1 channel, 1 tenant, 1 lease and 0 webhooks/, 'dialog');
  await asks(page, 'the question before a restore');
  await press(page, 'button', 'Restore', 'dialog');
  await seesNoDialog(page);
  const { channel } = await stack.api('GET', '/channels/evening-show') as { channel: { title: string } };
  assert.equal(channel.title, 'Evening show');
}
