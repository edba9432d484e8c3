/** What the viewer chose about sharing, kept by the browser for the next visit to this site. */
import * as v from 'valibot';
import { P2pPolicy } from '../../protocol/channel.ts';

const KEY = 'shoal-p2p';
const STRICTNESS: Record<P2pPolicy, number> = { on: 0, relay: 1, off: 2 };

/** Undefined where nothing was chosen, or the browser keeps nothing (blocked storage throws). */
export function rememberedP2p(
  storage: () => Pick<Storage, 'getItem'> = () => localStorage,
): P2pPolicy | undefined {
  try {
    const kept = v.safeParse(P2pPolicy, storage().getItem(KEY));
    return kept.success ? kept.output : undefined;
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
