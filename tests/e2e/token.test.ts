/** A channel that asks for tokens, in a real browser: what the viewer reads, and how a page renews the right to watch. */
import assert from 'node:assert/strict';
import type { Page } from 'puppeteer-core';
import { buildPlayer } from '../build-player.ts';
import { type Edge, EDGE_SECRETS, startEdge } from '../edge.ts';
import { launchChromium } from './chromium.ts';
import { until } from '../until.ts';

Deno.test('without a token a viewer is told why, and a page that gives one lets them in', async () => {
  const edge = await startEdge({ assets: await buildPlayer() });
  const browser = await launchChromium(['--lang=en']);
  try {
    await call(edge, '/channels', { name: 'demo', settings: { access: 'token' } });
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(
      `window.needed = []; addEventListener('tokenneeded', (event) => needed.push(event.detail.reason));`,
    );
    await page.goto(`${edge.url}/watch/demo`);
    await until('the slate says that the channel is for invited viewers', async () => {
      return /No entry[\s\S]*invited/.test(await slateOf(page));
    }, { withinMs: 20_000 });
    await page.evaluate(`document.querySelector('shoal-player').token = 'not.a.token'`);
    await until('the slate says that the token is no good', async () => {
      return /not valid/.test(await slateOf(page));
    }, { withinMs: 20_000 });

    // It ends sooner than a new one is asked for ahead of time.
    const { token } = await call(edge, '/channels/demo/tokens', { ttlS: 28 });
    await page.evaluate(`document.querySelector('shoal-player').token = ${JSON.stringify(token)}`);
    await until('the viewer is in, and waits for a broadcast', async () => {
      return /is off air/.test(await slateOf(page));
    }, { withinMs: 20_000 });
    await until('the page is asked for the next token', async () => {
      return (await page.evaluate('needed') as string[]).at(-1) === 'expires-soon';
    }, { withinMs: 20_000 });
    assert.deepEqual(await page.evaluate('needed'), ['token-missing', 'token-invalid', 'expires-soon']);
    const diagnostic = await page.evaluate(`document.querySelector('shoal-player').diagnostic()`) as string;
    assert.ok(!diagnostic.includes(String(token)) && !diagnostic.includes('127.0.0.1'), diagnostic);
  } finally {
    await browser.close();
    await edge.stop();
  }
});

function slateOf(page: Page): Promise<string> {
  return page.evaluate(
    `document.querySelector('shoal-player').shadowRoot.querySelector('.slate').innerText`,
  ) as Promise<
    string
  >;
}

async function call(edge: Edge, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${edge.url}/api${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
