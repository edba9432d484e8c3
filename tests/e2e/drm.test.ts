/** Protected channels in real browsers: both schemes, by EME and by the page itself, across rotations of the key. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'puppeteer-core';
import { toBase64Url } from '../../protocol/bytes.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';
import { openViewer, plays } from './viewer-page.ts';
import { until } from '../until.ts';

const PERIOD_S = 10;
/** A key takes effect at the keyframe after its time: 2 s at most, and one more is watched. */
const AROUND_S = { before: 1, after: 3 };

interface Look {
  buffered: [number, number][];
  currentTime: number;
  byEme: boolean;
  troubles: string[];
}

/** Counts what the player recovers from, from now on. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    globalThis.troubles = [];
    document.addEventListener('shoal-trouble', ({ detail }) => troubles.push(JSON.stringify(detail)));
  })()`);
}

async function look(page: Page): Promise<Look> {
  return await page.evaluate(`(() => {
    const video = document.querySelector('shoal-player').shadowRoot.querySelector('video');
    return {
      buffered: Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]),
      currentTime: video.currentTime,
      byEme: video.mediaKeys !== null,
      troubles: globalThis.troubles,
    };
  })()`) as Look;
}

/** When the keys of a channel took effect, seconds of media time. */
async function rotations(stack: Stack, channel: string): Promise<number[]> {
  const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const joined = await fetch(`${stack.edge.url}/join/${channel}`, {
    method: 'POST',
    body: JSON.stringify({ peerKey }),
  });
  const { broadcast } = await joined.json() as LiveJoinAnswer;
  const { items } = await stack.api('GET', `/channels/${channel}/keys`) as { items: { startsAt: string }[] };
  return items.map(({ startsAt }) => (Date.parse(startsAt) - broadcast.epochMs) / 1000);
}

/** Whether a rotation lies within what was played without a gap on either side of it. */
function playedOver({ buffered, currentTime }: Look, at: number): boolean {
  return currentTime > at + AROUND_S.after &&
    buffered.some(([from, to]) => from < at - AROUND_S.before && to > at + AROUND_S.after);
}

Deno.test('protected channels play in Chromium and Firefox across rotations, by EME and without it', async () => {
  const schemes = ['cenc', 'cbcs'] as const;
  const channels = schemes.map((drm) => ({ name: drm, settings: { drm, keyPeriodS: PERIOD_S } }));
  const stack = await startStack({ assets: await buildPlayer(), channels });
  const feeds = schemes.map((drm) =>
    startFeed({ output: ['-f', 'flv', stack.publishUrl(drm)], videoKbps: 250 })
  );
  const [chromium, firefox] = await Promise.all([launchChromium(), launchFirefox()]);
  try {
    const wanted: { name: string; browser: Browser; drm: string; decryption: string }[] = [
      ...schemes.flatMap((drm) => [
        { name: `${drm} in Chromium`, browser: chromium, drm, decryption: 'eme' },
        { name: `${drm} in Firefox`, browser: firefox, drm, decryption: 'eme' },
      ]),
      // As in a browser whose EME has no ClearKey.
      { name: 'cbcs in Chromium, by the page', browser: chromium, drm: 'cbcs', decryption: 'page' },
    ];
    const viewers = await Promise.all(wanted.map(async (viewer) => {
      const page = await openViewer(viewer.browser, `${stack.edge.url}/watch/${viewer.drm}`);
      await listen(page);
      if (viewer.decryption === 'page') {
        await page.evaluate(`document.querySelector('shoal-player').setAttribute('decryption', 'page')`);
      }
      return { ...viewer, page };
    }));
    await Promise.all(
      viewers.map(({ name, page }) => until(`${name} plays`, plays(page), { withinMs: 60_000 })),
    );
    await Promise.all(
      viewers.map(({ name, page, drm }) =>
        until(`${name} has played over a rotation without a gap`, async () => {
          const times = await rotations(stack, drm);
          const seen = await look(page);
          return times.some((at) => playedOver(seen, at));
        }, { withinMs: 90_000 })
      ),
    );
    for (const { name, page, decryption } of viewers) {
      const { byEme, troubles } = await look(page);
      assert.equal(byEme, decryption === 'eme', name);
      // A machine under load may stumble otherwise; of decoding (3) and keys (6) nothing may be heard.
      assert.deepEqual(
        troubles.filter((trouble) => /"code":"(shaka-[36]|no-keys|media)/.test(trouble)),
        [],
        name,
      );
    }
  } finally {
    await Promise.all([chromium.close(), firefox.close()]);
    await Promise.all(feeds.map((feed) => feed.stop()));
    await stack.stop();
  }
});
