import type { PlayerState } from '../player-state.ts';
import type { Store } from '../store.ts';

/** Controls that are hidden follow figures this often: enough for who hears them read out. */
export const CALM_MS = 5000;

/**
 * Watches figures that change many times a second: as they change while the controls are seen, and seldom while they
 * are hidden. Each change of a text is laid out, painted and composed over the picture, seen or not.
 */
export function watchCalmly<Key extends keyof PlayerState>(
  store: Store<PlayerState>,
  keys: readonly Key[],
  listener: (state: Readonly<Pick<PlayerState, Key>>) => void,
  now: () => number = () => performance.now(),
): void {
  let shownAt = -Infinity;
  store.watch<Key | 'resting'>([...keys, 'resting'], (state) => {
    if (state.resting && now() - shownAt < CALM_MS) return;
    shownAt = now();
    listener(state);
  });
}
