/** Objects and tests share one isolate: what a test does to timers, the objects' code sees. */
import { onTestFinished, vi } from 'vitest';

/**
 * Lets every timer that is set from now on, until the test ends, run out within `mostMs`. An eviction waits for the
 * timers of its object, which roll up every ten seconds.
 */
export function quickTimers(mostMs = 20): void {
  const real = globalThis.setTimeout;
  const quick = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    real(run, Math.min(ms, mostMs), ...args);
  const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(quick as typeof setTimeout);
  onTestFinished(() => spy.mockRestore());
}

/** Puts the wall clock ahead, until the test ends. Timers that run do not notice. */
export function putClockAhead(ms: number): void {
  const real = Date.now;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => real() + ms);
  onTestFinished(() => spy.mockRestore());
}
