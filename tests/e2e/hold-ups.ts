/**
 * How long a busy machine kept its processes from running: timers in the pages and in the test, beside the feed. A
 * viewer that stalls while these stand still says nothing of the mesh.
 */
import type { Page } from 'puppeteer-core';

const EVERY_MS = 50;
/** A viewer's buffer at its latency target outlasts this, and anything shorter. */
const EXCUSED_MS = 500;

/** Longest time that a timer was late, since it was last asked. */
const PROBE = `(() => {
  let last = performance.now(), most = 0;
  setInterval(() => {
    const now = performance.now();
    most = Math.max(most, now - last - ${EVERY_MS});
    last = now;
  }, ${EVERY_MS});
  globalThis.heldUpMs = () => { const was = most; most = 0; return was; };
})()`;

export interface HoldUps {
  /** Longest hold-up anywhere since the last call, milliseconds. */
  look(): Promise<number>;
  /** Stalls that such a hold-up explains: none, unless it was longer than a viewer's buffer can be. */
  excused(heldUpMs: number): number;
  stop(): void;
}

/** Watches pages and this process from now on. Pages that are closed meanwhile are left out. */
export async function watchHoldUps(pages: Page[]): Promise<HoldUps> {
  await Promise.all(pages.map((page) => page.evaluate(PROBE)));
  let last = performance.now();
  let most = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    most = Math.max(most, now - last - EVERY_MS);
    last = now;
  }, EVERY_MS);
  return {
    async look() {
      const held = await Promise.all(
        pages.map((page) => page.isClosed() ? 0 : page.evaluate('globalThis.heldUpMs()') as Promise<number>),
      );
      const longest = Math.max(most, ...held);
      most = 0;
      return longest;
    },
    excused: (heldUpMs) => heldUpMs > EXCUSED_MS ? 1 + Math.floor(heldUpMs / 1000) : 0,
    stop: () => clearInterval(timer),
  };
}
