/** The player's source in real Chromium, fed from fixture media: what plays, for how far behind, over which holes. */
import assert from 'node:assert/strict';
import { build, stop } from 'esbuild';
import type { Browser, Page } from 'puppeteer-core';
import { encodePieceFrame } from '../../protocol/frame.ts';
import { encodeRecord, SIGNATURE_BYTES } from '../../protocol/record.ts';
import { concatBytes } from '../../protocol/bytes.ts';
import { trackOf } from '../../protocol/piece-index.ts';
import { launchChromium } from './chromium.ts';
import { addCaptions, type FixtureCaption } from './fixture-captions.ts';
import type { FixtureFeedOptions } from './fixture-feed.ts';
import { type FixtureMedia, fixtureMedia, type FixturePart } from './fixture-media.ts';
import type { Seen } from './source-page.ts';
import { until } from '../until.ts';

const PATIENCE_MS = 40_000;

interface Case {
  parts: FixturePart[];
  only?: 'video' | 'audio';
  options?: Partial<FixtureFeedOptions>;
  captions?: FixtureCaption[];
}

const steady: FixturePart = { seconds: 40, size: '320x180', gopS: 2 };

Deno.test('a live feed plays and is held at the latency target without a stall', () =>
  play({ parts: [steady] }, async (page) => {
    const first = await untilSeen(page, (seen) => seen.firstPictureMs !== undefined);
    const later = await untilSeen(page, (seen) => seen.currentTime - first.currentTime > 8);
    assert.equal(later.waits, 0);
    assert.deepEqual(later.troubles, []);
    assert.ok(later.decodedFrames > 100, `${later.decodedFrames} frames`);
    const held = await untilSeen(
      page,
      ({ figures }) => Math.abs(figures!.latencyMs - figures!.targetMs) < 250,
    );
    assert.equal(held.waits, 0);
  }));

Deno.test('a viewer who joins right after a keyframe drifts back to the target without a stall', () =>
  play({ parts: [steady], options: { headStartMs: 6600 } }, async (page) => {
    // Where its buffer ran low, a viewer aims a little further back.
    const held = await untilSeen(
      page,
      ({ figures }) => figures !== undefined && Math.abs(figures.latencyMs - figures.targetMs) < 200,
    );
    assert.equal(held.waits, 0);
    assert.deepEqual(held.troubles, []);
  }));

// Shaka waits for its seek to the start; where the browser drops it, it takes the start for the playhead from then on,
// and stops loading when it has its goal of 30 s of media behind it.
Deno.test('in the first second of a broadcast, too, there is a range for the seek to its start', () =>
  play({ parts: [{ ...steady, seconds: 8, gapS: 0.172 }], options: { headStartMs: 600 } }, async (page) => {
    const seen = await untilSeen(page, ({ currentTime }) => currentTime > 1.5);
    assert.equal(seen.rangesAtFirstSeek, 1);
    assert.deepEqual(seen.troubles, []);
  }));

Deno.test('an encoder that comes back after three seconds in another size is played on', () => {
  const back: FixturePart = { seconds: 15, size: '480x270', gopS: 2, gapS: 3 };
  return play({ parts: [{ ...steady, seconds: 10 }, back] }, async (page) => {
    const seen = await untilSeen(page, ({ currentTime, width }) => currentTime > 16 && width === 480);
    assert.deepEqual(seen.troubles, []);
    await untilSeen(page, ({ currentTime }) => currentTime > seen.currentTime + 3);
  });
});

Deno.test('GOPs of five seconds, whose segments skip numbers, play without a stall', () =>
  play({ parts: [{ ...steady, seconds: 30, gopS: 5 }] }, async (page) => {
    const seen = await untilSeen(page, ({ currentTime }) => currentTime > 18);
    assert.equal(seen.waits, 0);
    assert.deepEqual(seen.troubles, []);
  }));

Deno.test('captions within the picture stand in a text track for as long as the encoder has them stand', () => {
  const captions = [{ atS: 2, text: 'Good evening.' }, { atS: 3 }];
  return play(
    { parts: [{ ...steady, seconds: 8 }], options: { headStartMs: 2500 }, captions },
    async (page) => {
      const seen = await untilSeen(
        page,
        ({ captions, currentTime }) => captions.length > 0 && currentTime > 3,
      );
      assert.equal(seen.captions.length, 1);
      const { text, startS, endS } = seen.captions[0]!;
      assert.equal(text, 'Good evening.');
      assert.ok(startS >= 2 && startS < 2.3 && endS >= 3 && endS < 3.3, `from ${startS} to ${endS} s`);
    },
  );
});

Deno.test('a segment that never comes is jumped over', () =>
  play({ parts: [steady], options: { missing: [5] } }, async (page) => {
    const seen = await untilSeen(page, ({ currentTime }) => currentTime > 15);
    assert.deepEqual(seen.troubles, []);
    await untilSeen(page, ({ currentTime }) => currentTime > seen.currentTime + 2);
  }));

Deno.test('a broadcast without sound plays', () =>
  play({ parts: [steady], only: 'video' }, async (page) => {
    const seen = await untilSeen(page, ({ currentTime }) => currentTime > 10);
    assert.equal(seen.waits, 0);
    assert.deepEqual(seen.troubles, []);
  }));

Deno.test('a broadcast without picture plays', () =>
  play({ parts: [steady], only: 'audio' }, async (page) => {
    const seen = await untilSeen(page, ({ currentTime }) => currentTime > 10);
    assert.deepEqual(seen.troubles, []);
  }));

Deno.test('a declared track of which nothing comes does not hold up the other', () =>
  play({ parts: [steady], options: { silentTracks: [1] } }, async (page) => {
    const seen = await untilSeen(page, ({ currentTime }) => currentTime > 12);
    assert.deepEqual(seen.troubles, []);
  }));

for (const [what, track] of [['sound', 1], ['picture', 0]] as const) {
  Deno.test(`an encoder that comes back without ${what} is played on, and with it once it is back`, () => {
    const leaves = { track, fromUs: 6e6, untilUs: 18e6 };
    return play({ parts: [steady], options: { leaves } }, async (page) => {
      const without = await untilSeen(
        page,
        ({ currentTime, figures }) => currentTime > 11 && figures!.latencyMs < 3000,
      );
      assert.ok(without.currentTime < 17, `played on at ${without.currentTime} s`);
      assert.deepEqual(without.troubles, []);
      const decoded = () => page.evaluate(DECODED) as Promise<{ video: number; audio: number }>;
      await untilSeen(page, ({ currentTime }) => currentTime > 22);
      const before = await decoded();
      await untilSeen(page, ({ currentTime }) => currentTime > 25);
      const after = await decoded();
      assert.ok(after.video > before.video && after.audio > before.audio, 'picture and sound');
    });
  });
}

const DECODED = `(() => {
  const video = document.querySelector('video');
  return { video: video.webkitVideoDecodedByteCount, audio: video.webkitAudioDecodedByteCount };
})()`;

/** Waits until what the page sees meets the condition. */
function untilSeen(page: Page, condition: (seen: Seen) => boolean): Promise<Seen> {
  const look = () => page.evaluate(() => (globalThis as unknown as { seen?: Seen }).seen);
  return until(`${condition}`, look, {
    withinMs: PATIENCE_MS,
    holds: (seen) => seen !== undefined && condition(seen),
  });
}

async function play(test: Case, check: (page: Page) => Promise<void>): Promise<void> {
  const media = await fixtureMedia(test.parts);
  addCaptions(media.pieces, 0, test.captions ?? []);
  const server = serve(await bundle(), media, test);
  let browser: Browser | undefined;
  try {
    browser = await launchChromium();
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error('page:', (error as Error).message));
    page.on('console', (message) => message.type() === 'error' && console.error('page:', message.text()));
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    await check(page);
  } finally {
    await browser?.close();
    await server.shutdown();
  }
}

async function bundle(): Promise<string> {
  const entry = new URL('source-page.ts', import.meta.url).pathname;
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
    sourcemap: 'inline',
  });
  await stop();
  return outputFiles[0]!.text;
}

function serve(script: string, media: FixtureMedia, { only, options }: Case) {
  const tracks = media.tracks.filter((track) => !only || track.kind === only);
  const silent = options?.silentTracks ?? [];
  const numbers = tracks.map((track) => track.track).filter((track) => !silent.includes(track));
  const frames = media.pieces
    .filter(({ record }) => numbers.includes(trackOf(record.index)))
    .map(({ record, bytes }) =>
      encodePieceFrame(concatBytes(encodeRecord(record), new Uint8Array(SIGNATURE_BYTES)), bytes)
    );
  const files: Record<string, [string, BodyInit]> = {
    '/': ['text/html', '<video muted playsinline></video><script type="module" src="page.js"></script>'],
    '/page.js': ['text/javascript', script],
    '/media.bin': ['application/octet-stream', concatBytes(...frames)],
    '/options.json': [
      'application/json',
      JSON.stringify({ tracks, headStartMs: 7500, delayMs: 150, ...options }),
    ],
  };
  return Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, (request) => {
    const found = files[new URL(request.url).pathname];
    return found
      ? new Response(found[1], { headers: { 'content-type': found[0] } })
      : new Response('not here', { status: 404 });
  });
}
