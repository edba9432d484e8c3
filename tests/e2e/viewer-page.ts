/** A viewer's page in a real browser: opened like a visitor's, read by its picture, its video clock and its figures. */
import type { Browser, Page } from 'puppeteer-core';
import type { PlayerStats } from '../../web/player/player-state.ts';
import { latencyOf, READ_CELLS } from '../bar-code.ts';

export interface Reading {
  stats: PlayerStats;
  currentTime: number;
  frames: number;
  /** Live latency as the picture itself tells it, milliseconds. */
  latencyMs: number | undefined;
}

/** Opens a viewer in a context of its own. */
export async function openViewer(browser: Browser, url: string): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

export async function read(page: Page): Promise<Reading> {
  const { stats, currentTime, frames, cells, nowMs } = await page.evaluate(`(() => {
    const player = document.querySelector('shoal-player');
    const video = player.shadowRoot.querySelector('video');
    return {
      stats: player.stats(),
      currentTime: video.currentTime,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      cells: (${READ_CELLS})(video),
      nowMs: Date.now(),
    };
  })()`) as {
    stats: PlayerStats;
    currentTime: number;
    frames: number;
    cells: number[] | null;
    nowMs: number;
  };
  return { stats, currentTime, frames, latencyMs: latencyOf(cells, nowMs) };
}

/** For `until`: a reading of the page once its picture moves. */
export const plays = (page: Page) => async () => {
  const reading = await read(page);
  return reading.currentTime > 0 && reading.frames > 5 && reading;
};
