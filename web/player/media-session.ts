/** Tells the operating system what plays, so that its own buttons work. Of several players the latest has them. */
import type { Requests } from './ui/context.ts';
import type { PlayerState } from './player-state.ts';
import type { Store } from './store.ts';

/** How those show themselves that play, the latest last: when it goes, the one before has the buttons again. */
const shows: (() => void)[] = [];

export function showInMediaSession(store: Store<PlayerState>, ask: Requests): () => void {
  const session = globalThis.navigator?.mediaSession;
  if (!session) return () => {};
  const actions: [MediaSessionAction, () => void][] = [
    ['play', () => ask.togglePlay()],
    ['pause', () => ask.togglePlay()],
    ['stop', () => !store.state.paused && ask.togglePlay()],
  ];
  const show = () => {
    const { title, paused } = store.state;
    session.metadata = new MediaMetadata({ title: title || 'Live', artist: 'Live' });
    session.playbackState = paused ? 'paused' : 'playing';
    for (const [action, run] of actions) session.setActionHandler(action, run);
  };
  const leave = () => {
    if (shows.includes(show)) shows.splice(shows.indexOf(show), 1);
  };
  const unwatch = store.watch(['title', 'started', 'paused'], ({ started }) => {
    if (!started) return;
    leave();
    shows.push(show);
    show();
  });
  return () => {
    unwatch();
    leave();
    const before = shows.at(-1);
    if (before) return before();
    session.metadata = null;
    session.playbackState = 'none';
    for (const [action] of actions) session.setActionHandler(action, null);
  };
}
