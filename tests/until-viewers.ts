import type { Viewer } from '../web/peer/viewer.ts';
import { until } from './until.ts';

/** Waits until it holds; shows the viewers' figures when it does not. */
export async function untilViewers(
  what: string,
  holds: () => boolean,
  viewers: Viewer[],
  withinMs = 40_000,
): Promise<void> {
  const show = () => viewers.map((one) => ({ state: one.state, reason: one.reason, ...one.stats() }));
  await until(what, holds, { withinMs, show });
}
