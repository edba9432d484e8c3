/** Viewers in real Chromium while the edge restarts and the encoder reconnects. */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { launchChromium } from '../e2e/chromium.ts';
import { openViewer, plays, read } from '../e2e/viewer-page.ts';
import { startStack } from '../stack.ts';
import { startLastingEncoder } from './lasting-encoder.ts';
import { until } from '../until.ts';

Deno.test('viewers play through a restart of the edge and a reconnect of the encoder without a reload', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const encoder = startLastingEncoder(stack.publishUrl(), { videoKbps: 300 });
  const browser = await launchChromium();
  try {
    const url = `${stack.edge.url}/watch/demo`;
    const pages = [await openViewer(browser, url), await openViewer(browser, url)];
    await Promise.all(pages.map((page, i) => until(`viewer ${i} plays`, plays(page), { withinMs: 20_000 })));
    await Promise.all(
      pages.map((page, i) =>
        until(`viewer ${i} has a neighbour`, async () => (await read(page)).stats.peers >= 1, {
          withinMs: 20_000,
        })
      ),
    );
    await Promise.all(pages.map((page) => page.evaluate('globalThis.sameVisit = true')));

    const before = await Promise.all(pages.map(read));
    await stack.restartEdge();
    await Promise.all(
      pages.map((page, i) =>
        until(`viewer ${i} has played 8 s since the edge went`, async () => {
          return (await read(page)).currentTime - before[i]!.currentTime >= 8;
        }, { withinMs: 25_000 })
      ),
    );
    const after = await Promise.all(pages.map(read));
    after.forEach(({ stats, latencyMs }, i) => {
      assert.ok(stats.stalls - before[i]!.stats.stalls <= 1, `viewer ${i} stalled ${stats.stalls} times`);
      assert.ok(latencyMs! < before[i]!.latencyMs! + 1500, `viewer ${i} is ${latencyMs} ms behind live`);
    });

    encoder.kill();
    await until('the encoder is back', async () => encoder.sessions === 2, { withinMs: 10_000 });
    const gone = await Promise.all(pages.map(read));
    await Promise.all(
      pages.map((page, i) =>
        until(`viewer ${i} shows the encoder that came back`, async () => {
          const { frames, latencyMs } = await read(page);
          return frames - gone[i]!.frames > 150 && latencyMs! < gone[i]!.latencyMs! + 3000;
        }, { withinMs: 25_000 })
      ),
    );
    const last = await Promise.all(pages.map(read));
    last.forEach(({ stats, currentTime }, i) => {
      assert.ok(currentTime > gone[i]!.currentTime, `viewer ${i} went on along the same timeline`);
      assert.ok(stats.stalls - gone[i]!.stats.stalls <= 1, `viewer ${i} stalled ${stats.stalls} times`);
      assert.ok(stats.peers >= 1, `viewer ${i} has kept its neighbour`);
    });
    for (const page of pages) assert.equal(await page.evaluate('globalThis.sameVisit'), true);
  } finally {
    await browser.close();
    await encoder.stop();
    await stack.stop();
  }
});
