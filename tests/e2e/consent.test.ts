/** Whose word it is whether a viewer shares: the page may ask for less, and only the viewer's own choice is kept. */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { EDGE_SECRETS, startEdge } from '../edge.ts';
import { until } from '../until.ts';
import { launchChromium } from './chromium.ts';

Deno.test("what a page says of sharing is no choice of the viewer's: it is not kept, and answers no question", async () => {
  const edge = await startEdge({ assets: await buildPlayer() });
  const browser = await launchChromium(['--lang=en']);
  try {
    const made = await fetch(`${edge.url}/api/channels`, {
      method: 'POST',
      headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
      body: JSON.stringify({ name: 'demo' }),
    });
    await made.body?.cancel();
    const page = await browser.newPage();
    const state = () =>
      page.evaluate(`(() => {
        const player = document.querySelector('shoal-player');
        return {
          asks: !player.shadowRoot.querySelector('.consent').hidden,
          p2p: player.p2p,
          kept: localStorage.getItem('shoal-p2p'),
        };
      })()`) as Promise<{ asks: boolean; p2p: string; kept: string | null }>;
    await page.goto(`${edge.url}/embed/demo?p2p=on&consent=ask&autoplay`);
    await until('the viewer is asked', async () => (await state()).asks, { withinMs: 20_000 });
    assert.deepEqual(await state(), { asks: true, p2p: 'off', kept: null });

    await page.evaluate(`document.querySelector('shoal-player').p2p = 'relay'`);
    assert.deepEqual(await state(), { asks: true, p2p: 'off', kept: null });
    await page.evaluate(`document.querySelector('shoal-player').answerConsent('on')`);
    assert.deepEqual(await state(), { asks: false, p2p: 'on', kept: 'on' });
    await page.evaluate(`document.querySelector('shoal-player').p2p = 'off'`);
    assert.deepEqual(await state(), { asks: false, p2p: 'off', kept: 'on' });
    await page.evaluate(`document.querySelector('shoal-player').p2p = 'on'`);
    assert.deepEqual(await state(), { asks: false, p2p: 'on', kept: 'on' });
  } finally {
    await browser.close();
    await edge.stop();
  }
});
