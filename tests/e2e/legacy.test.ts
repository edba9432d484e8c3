/**
 * The build for old browsers, in a Chromium from which was taken what those do not have: newer functions, workers, and
 * Ed25519 in WebCrypto. Their syntax is the build's target.
 */
import assert from 'node:assert/strict';
import { buildPlayer } from '../build-player.ts';
import { startFeed } from '../feed.ts';
import { startStack } from '../stack.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, plays, read, until } from './viewer-page.ts';

/** Makes a page as old as webOS 5: Chromium 68. */
const GROW_OLD = `
  for (const name of ['at', 'findLast', 'toSorted', 'flat', 'flatMap']) delete Array.prototype[name];
  for (const name of ['at', 'replaceAll', 'matchAll']) delete String.prototype[name];
  for (const name of ['fromEntries', 'hasOwn']) delete Object[name];
  for (const name of ['any', 'timeout']) delete AbortSignal[name];
  delete AbortSignal.prototype.throwIfAborted;
  delete Promise.withResolvers;
  delete Element.prototype.replaceChildren;
  for (const name of ['Worker', 'queueMicrotask', 'structuredClone']) delete window[name];
  const generateKey = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) {
    if (algorithm.name === 'Ed25519') return Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'));
    return generateKey.call(this, algorithm, ...rest);
  };
`;

Deno.test('an old browser is given the old build, checks signatures in JavaScript, and shares with a new one', async () => {
  const stack = await startStack({ assets: await buildPlayer() });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()], videoKbps: 300 });
  const browser = await launchChromium();
  try {
    const url = `${stack.edge.url}/watch/demo`;
    const modern = await openViewer(browser, url);
    const old = await (await browser.createBrowserContext()).newPage();
    const errors: string[] = [];
    old.on('pageerror', (error) => void errors.push(String(error)));
    await old.evaluateOnNewDocument(GROW_OLD);
    await old.goto(url);
    await until('the new browser plays', 20_000, plays(modern));
    await until('the old browser plays', 30_000, plays(old));
    await until('pieces come from its neighbour, or go there', 30_000, async () => {
      const { peerBytes, uploadBytes } = (await read(old)).stats;
      return peerBytes + uploadBytes > 100_000;
    });
    const scripts = (page: typeof old) =>
      page.evaluate(`[...document.scripts].map((script) => new URL(script.src).pathname)`);
    assert.deepEqual(await scripts(old), ['/assets/legacy/watch.js', '/assets/choose.js']);
    assert.deepEqual(await scripts(modern), ['/assets/watch.js', '/assets/choose.js']);
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
    await feed.stop();
    await stack.stop();
  }
});
