/**
 * How long to wait before trying again: exponential with full jitter, a uniform draw from 0 to the bound, so that a
 * crowd that lost the same edge at the same moment comes back spread over the whole time.
 */
export function fullJitterMs(random: () => number, attempt: number, baseMs: number, mostMs: number): number {
  return random() * Math.min(mostMs, baseMs * 2 ** Math.min(attempt, 20));
}
