/** What the player knows of its playback token: when a new one is due. Whether a token holds is the edge's business. */

/** A new token is asked for this long before the old one ends. */
const AHEAD_MS = 30_000;
/** Timers take no more than 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2_000_000_000;

export type TokenReason = 'token-missing' | 'token-expired' | 'token-invalid' | 'expires-soon';

/** End of a JWT (RFC 7519, `exp`) in milliseconds since 1970, unverified; undefined where it tells none. */
export function expiryMs(token: string): number | undefined {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** The refusals that another token would mend. */
export function tokenReason(code: string | undefined): TokenReason | undefined {
  return code === 'token-missing' || code === 'token-expired' || code === 'token-invalid' ? code : undefined;
}

/** Calls once, a little before the token ends. Answers a function that takes it back. */
export function beforeExpiry(token: string | undefined, run: () => void): () => void {
  const endMs = token === undefined ? undefined : expiryMs(token);
  if (endMs === undefined) return () => {};
  const delay = Math.min(LONGEST_TIMER_MS, Math.max(0, endMs - AHEAD_MS - Date.now()));
  const timer = setTimeout(run, delay);
  return () => clearTimeout(timer);
}
