/**
 * When a player asks for the key after the next one: at a random moment of the period in which the next one is in
 * effect, and never near its ends, where everybody would ask at once.
 */
import type { LicenseAnswer } from '../../../protocol/license.ts';

/** Kept from either end of a period: a tenth of it, within these. */
const LEAST_GUARD_MS = 2500;
const MOST_GUARD_MS = 60_000;

/** From now, milliseconds. `random`: 0 to 1. */
export function renewalDelayMs(
  { nextInMs, periodMs }: Pick<LicenseAnswer, 'nextInMs' | 'periodMs'>,
  random: number,
): number {
  const guardMs = Math.min(MOST_GUARD_MS, Math.max(LEAST_GUARD_MS, periodMs / 10));
  return nextInMs + guardMs + random * Math.max(0, periodMs - 2 * guardMs);
}
