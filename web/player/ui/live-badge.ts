import { formatSeconds } from '../format.ts';
import type { Ui } from './context.ts';
import { h, rename } from './dom.ts';

/** LIVE and how far behind; leads back to live when playback is elsewhere. */
export function liveBadge({ store, ask }: Ui): HTMLElement {
  const word = h('span', { class: 'word' }, 'Live');
  const behind = h('span', { class: 'behind' });
  const badge = h(
    'button',
    { type: 'button', part: 'live-badge', class: 'live', onclick: () => ask.jumpToLive() },
    h('span', { class: 'dot' }),
    word,
    behind,
  );
  store.watch(
    ['following', 'stats', 'phase', 'started', 'paused'],
    ({ following, stats, phase, started, paused }) => {
      const live = phase === 'live' || phase === 'lost' || phase === 'reconnecting';
      const atEdge = phase === 'live' && following && !paused;
      badge.hidden = !live;
      badge.classList.toggle('at-edge', atEdge);
      behind.textContent = started ? formatSeconds(stats.latencySeconds) : '';
      const seconds = stats.latencySeconds.toFixed(1);
      rename(
        badge,
        atEdge
          ? `Live, ${seconds} seconds behind the broadcaster`
          : `${seconds} seconds behind. Go to live (l)`,
      );
    },
  );
  return badge;
}
