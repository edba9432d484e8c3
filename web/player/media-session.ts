/** Tells the operating system what plays, so that its own buttons work. */
import type { Requests } from './ui/context.ts';
import type { PlayerState } from './player-state.ts';
import type { Store } from './store.ts';

export function showInMediaSession(store: Store<PlayerState>, ask: Requests): () => void {
  const session = globalThis.navigator?.mediaSession;
  if (!session) return () => {};
  const actions: [MediaSessionAction, () => void][] = [
    ['play', () => ask.togglePlay()],
    ['pause', () => ask.togglePlay()],
    ['stop', () => !store.state.paused && ask.togglePlay()],
  ];
  const unwatch = store.watch(['title', 'started', 'paused'], ({ title, started, paused }) => {
    if (!started) return;
    session.metadata = new MediaMetadata({ title: title || 'Live', artist: 'Live' });
    session.playbackState = paused ? 'paused' : 'playing';
    for (const [action, run] of actions) session.setActionHandler(action, run);
  });
  return () => {
    unwatch();
    session.metadata = null;
    session.playbackState = 'none';
    for (const [action] of actions) session.setActionHandler(action, null);
  };
}
