/** What the viewer chose about sharing, kept by the browser for the next visit to this site. */
import type { P2pPolicy } from '../../protocol/channel.ts';
import { P2P_POLICIES } from '../../protocol/names.ts';

const KEY = 'shoal-p2p';
const STRICTNESS: Record<P2pPolicy, number> = { on: 0, relay: 1, off: 2 };

/** Undefined where nothing was chosen, or the browser keeps nothing (blocked storage throws). */
export function rememberedP2p(
  storage: () => Pick<Storage, 'getItem'> = () => localStorage,
): P2pPolicy | undefined {
  try {
    const kept = storage().getItem(KEY);
    return P2P_POLICIES.find((policy) => policy === kept);
  } catch {
    return undefined;
  }
}

export function rememberP2p(
  policy: P2pPolicy,
  storage: () => Pick<Storage, 'setItem'> = () => localStorage,
): void {
  try {
    storage().setItem(KEY, policy);
  } catch {
    // It holds for this visit.
  }
}

/** The stricter of two. */
export function stricter(a: P2pPolicy, b: P2pPolicy): P2pPolicy {
  return STRICTNESS[a] >= STRICTNESS[b] ? a : b;
}
