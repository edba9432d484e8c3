/** The main job: a real encoder, a real origin and edge, real Chromium viewers who feed each other. */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { watchHoldUps } from './hold-ups.ts';
import { stoodStillMs, VISIBLE_MS, watchPicture } from './standstill.ts';
import { openViewer, plays, read } from './viewer-page.ts';
import { until } from '../until.ts';

Deno.test('three viewers of a live RTMP broadcast play it, mostly from each other, and outlive the one that dies', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const browser = await launchChromium();
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
  try {
    const url = `${stack.edge.url}/watch/demo`;
    // The first comes before anything is live for sure: it shows that it waits, and plays by itself.
    const pages = [await openViewer(browser, url)];
    await until('the first viewer plays', plays(pages[0]!), { withinMs: 20_000 });
    for (let i = 0; i < 2; i++) pages.push(await openViewer(browser, url));
    await Promise.all(pages.map((page, i) => until(`viewer ${i} plays`, plays(page), { withinMs: 20_000 })));
    await Promise.all(
      pages.map((page, i) =>
        until(`viewer ${i} has two neighbours`, async () => (await read(page)).stats.peers >= 2, {
          withinMs: 20_000,
        })
      ),
    );

    const holdUps = await watchHoldUps(pages);
    await Promise.all(pages.map(watchPicture));
    const before = await Promise.all(pages.map(read));
    const startedAt = performance.now();
    await Promise.all(pages.map((page, i) =>
      until(`viewer ${i} has played 30 s`, async () => {
        return (await read(page)).currentTime - before[i]!.currentTime >= 30;
      }, { withinMs: 45_000 })
    ));
    const wallS = (performance.now() - startedAt) / 1000;
    const after = await Promise.all(pages.map(read));

    const heldUpMs = await holdUps.look();
    const still = await Promise.all(pages.map(stoodStillMs));
    after.forEach((reading, i) => {
      const stalls = reading.stats.stalls - before[i]!.stats.stalls;
      assert.ok(
        still[i]! < VISIBLE_MS + heldUpMs && stalls <= holdUps.excused(heldUpMs),
        `viewer ${i}: ${stalls} stalls in ${wallS.toFixed(1)} s, the longest standstill ${still[i]} ms, ` +
          `held up for ${heldUpMs.toFixed(0)} ms`,
      );
      assert.ok(reading.frames - before[i]!.frames > 25 * 25, `viewer ${i} decoded frames all the way`);
    });
    await Promise.all(
      pages.map((page, i) =>
        until(`the picture of viewer ${i} is less than 4 s old`, async () => {
          const { latencyMs } = await read(page);
          return latencyMs !== undefined && latencyMs < 4000;
        }, { withinMs: 20_000 })
      ),
    );
    // What the picture shows is older than what the player says by the encoder's own delay, the same for all.
    await until('the players tell the latency that their pictures show', async () => {
      const readings = await Promise.all(pages.map(read));
      const delays = readings.map(({ stats, latencyMs }) => latencyMs! - stats.latencySeconds * 1000);
      return Math.min(...delays) > -500 && Math.max(...delays) - Math.min(...delays) < 500;
    }, { withinMs: 20_000 });
    const grown = (field: 'peerBytes' | 'edgeBytes') =>
      after.reduce((sum, reading, i) => sum + reading.stats[field] - before[i]!.stats[field], 0);
    const share = grown('peerBytes') / (grown('peerBytes') + grown('edgeBytes'));
    assert.ok(share >= 0.5, `${(100 * share).toFixed(1)} % of the bytes came from peers`);

    // The seed is the one whose loss is felt most: kill whoever took most from the edge.
    const seed = after.reduce(
      (most, reading, i) => reading.stats.edgeBytes > after[most]!.stats.edgeBytes ? i : most,
      0,
    );
    await pages[seed]!.browserContext().close();
    const left = pages.filter((_, i) => i !== seed);
    const atKill = await Promise.all(left.map(read));
    await holdUps.look();
    await Promise.all(
      left.map((page, i) =>
        until(`a viewer that is left plays on for 10 s`, async () => {
          return (await read(page)).currentTime - atKill[i]!.currentTime >= 10;
        }, { withinMs: 20_000 })
      ),
    );
    const heldUpThenMs = await holdUps.look();
    for (const [i, page] of left.entries()) {
      const stalls = (await read(page)).stats.stalls - atKill[i]!.stats.stalls;
      const stillMs = await stoodStillMs(page);
      assert.ok(
        stillMs < VISIBLE_MS + heldUpThenMs && stalls <= holdUps.excused(heldUpThenMs),
        `nobody's picture stands still when a seed dies: ${stillMs} ms, ${stalls} stalls, ` +
          `held up for ${heldUpThenMs.toFixed(0)} ms`,
      );
    }
    holdUps.stop();
  } finally {
    await browser.close();
    await feed.stop();
    await stack.stop();
  }
});

Deno.test('a viewer that came too early sees that nothing is on, and the broadcast when it begins', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const browser = await launchChromium();
  try {
    const page = await openViewer(browser, `${stack.edge.url}/watch/demo`);
    await until('the page says that the channel is off air', () =>
      page.evaluate(
        `/is off air/.test(document.querySelector('shoal-player').shadowRoot.textContent)`,
      ) as Promise<boolean>, { withinMs: 10_000 });
    const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
    try {
      await until('it plays by itself', plays(page), { withinMs: 30_000 });
    } finally {
      await feed.stop();
    }
  } finally {
    await browser.close();
    await stack.stop();
  }
});
