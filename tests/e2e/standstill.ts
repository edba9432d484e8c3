/**
 * What a viewer sees of a stall: how long the picture stood still, by the video's own clock. A player that counts a
 * wait of a few frames as a stall is right to do so, but nobody sees it.
 */
import type { Page } from 'puppeteer-core';

/** A picture that stands still for so long is a stall to whoever watches; bench:peers counts by the same. */
export const VISIBLE_MS = 500;

const PROBE = `(() => {
  const video = document.querySelector('shoal-player').shadowRoot.querySelector('video');
  let shown = video.currentTime, since = performance.now(), most = 0;
  setInterval(() => {
    const now = performance.now();
    if (video.currentTime !== shown) { shown = video.currentTime; since = now; }
    most = Math.max(most, now - since);
  }, 50);
  globalThis.stoodStillMs = () => { const was = most; most = 0; return was; };
})()`;

/** Watches a page's picture from now on. */
export async function watchPicture(page: Page): Promise<void> {
  await page.evaluate(PROBE);
}

/** The longest standstill since it was last asked, milliseconds. */
export async function stoodStillMs(page: Page): Promise<number> {
  return await page.evaluate('globalThis.stoodStillMs()') as number;
}
