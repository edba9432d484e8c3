/** What a viewer sees where the browser has no cryptography to give: plain http under another name than localhost. */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { startEdge } from '../edge.ts';
import { launchChromium } from './chromium.ts';
import { until } from '../until.ts';

Deno.test('on plain http under a name that is not localhost the page says that it needs https, and asks for nothing', async () => {
  const edge = await startEdge({ assets: await buildPlayer() });
  const browser = await launchChromium(['--host-resolver-rules=MAP shoal.example 127.0.0.1']);
  try {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
    await page.goto(`${edge.url.replace('127.0.0.1', 'shoal.example')}/watch/demo`);
    assert.equal(await page.evaluate('isSecureContext'), false);
    const shown = await until('the player says why it does not play', async () => {
      const text = await page.evaluate(`document.querySelector('shoal-player').shadowRoot
        .querySelector('.slate')?.innerText ?? ''`) as string;
      return /cannot play/i.test(text) && text;
    }, { withinMs: 10_000 });
    assert.match(shown, /not a secure context[\s\S]*Open it over https, or on localhost/);
    assert.ok(!asked.some((path) => path.startsWith('/join/')), asked.join());
  } finally {
    await browser.close();
    await edge.stop();
  }
});
