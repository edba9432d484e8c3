import { formatDecimal, formatSeconds } from '../format.ts';
import { watchCalmly } from './calmly.ts';
import type { Ui } from './context.ts';
import { fill } from '../words/words.ts';
import { h, rename } from './dom.ts';

/** LIVE and how far behind; leads back to live when playback is elsewhere. */
export function liveBadge({ store, ask }: Ui): HTMLElement {
  const word = h('span', { class: 'word' });
  const behind = h('span', { class: 'behind' });
  const badge = h(
    'button',
    { type: 'button', part: 'live-badge', class: 'live', onclick: () => ask.jumpToLive() },
    h('span', { class: 'dot' }),
    word,
    behind,
  );
  watchCalmly(
    store,
    ['following', 'stats', 'phase', 'started', 'paused', 'words', 'language'],
    ({ following, stats, phase, started, paused, words, language }) => {
      const live = phase === 'live' || phase === 'lost' || phase === 'reconnecting';
      const atEdge = phase === 'live' && following && !paused;
      badge.hidden = !live;
      badge.classList.toggle('at-edge', atEdge);
      behind.textContent = started ? formatSeconds(stats.latencySeconds, language) : '';
      word.textContent = words.live;
      const seconds = formatDecimal(stats.latencySeconds, 1, language);
      rename(
        badge,
        fill(atEdge ? words.liveBehind : words.goLive, { seconds }),
        'l',
      );
    },
  );
  return badge;
}
