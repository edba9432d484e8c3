/** Where upload is short a viewer waits, and is told why: a real edge with a cap, real Chromium viewers who give nothing. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { EDGE_SECRETS } from '../edge.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { until } from '../until.ts';
import { figure, textOf } from './admin-page.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, plays, read } from './viewer-page.ts';

/** About one copy of the stream, and of two viewers each takes a part of it at best. */
const ONE_COPY_KBPS = 500;

interface Said {
  state: string;
  code: string | undefined;
  /** What the slate says, to a screen reader too; empty when it is hidden. */
  text: string;
  role: string | null;
  /** Codes of `shoal-state` events so far. */
  told: (string | null)[];
}

const LISTEN = `(() => {
  globalThis.__told = [];
  addEventListener('shoal-state', ({ detail }) => __told.push(detail.reason?.code ?? null));
})()`;

const said = (page: Page) =>
  page.evaluate(`(() => {
    const player = document.querySelector('shoal-player');
    const slate = player.shadowRoot.querySelector('.slate');
    return {
      state: player.state,
      code: player.reason?.code,
      text: slate.hidden ? '' : slate.innerText,
      role: slate.getAttribute('role'),
      told: __told,
    };
  })()`) as Promise<Said>;

Deno.test('a viewer who waits for want of upload is told so, is counted, stays in line, and plays when there is room', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const browser = await launchChromium();
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
  const cap = (egressCapKbps: number | null) =>
    stack.api('PATCH', '/channels/demo', { settings: { egressCapKbps } });
  try {
    const url = `${stack.edge.url}/embed/demo?autoplay&muted&upload-kbps=0&lang=en`;
    const first = await openViewer(browser, url);
    await until('the first viewer plays', plays(first), { withinMs: 30_000 });
    await cap(ONE_COPY_KBPS);
    const late = await openViewer(browser, url);
    await late.evaluate(LISTEN);
    await late.bringToFront();
    const waiting = await until('it says why it waits', async () => {
      const now = await said(late);
      return now.code === 'upload-short' && now;
    }, { withinMs: 60_000 });
    assert.equal(waiting.state, 'live');
    assert.match(waiting.text, /more viewers than upload/);
    assert.match(waiting.text, /comes by itself/);
    assert.equal(waiting.role, 'status');
    assert.ok(waiting.told.includes('upload-short'), 'the page around it hears of it');
    const dashboard = await browser.newPage();
    await dashboard.goto(`${stack.edge.url}/admin/channels/demo#token=${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}`);
    await late.bringToFront();
    await until('the dashboard counts it', async () => {
      return await figure(dashboard, 'Viewers') === '21 waiting for upload';
    }, { withinMs: 60_000 });
    assert.match(await textOf(dashboard, '.advice'), /1 of 2 viewers wait/);
    await cap(null);
    const before = await read(late);
    await until('it plays by itself, and says nothing any more', async () => {
      const { currentTime } = await read(late);
      const { code, text } = await said(late);
      return currentTime > before.currentTime + 1 && code === undefined && text === '';
    }, { withinMs: 40_000 });
    await until('nobody is counted any more', async () => await figure(dashboard, 'Viewers') === '2', {
      withinMs: 60_000,
    });
  } finally {
    await browser.close();
    await feed.stop();
    await stack.stop();
  }
});
