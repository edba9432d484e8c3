import type { P2pPolicy } from '../../../protocol/channel.ts';
import { formatBytes, percentOf } from '../format.ts';
import { fill } from '../words/words.ts';
import { watchCalmly } from './calmly.ts';
import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';
import { choice, menu } from './menu.ts';

const POLICIES: P2pPolicy[] = ['on', 'relay', 'off'];

/** Sharing between viewers: what it does for this one, and the choice. */
export function p2pMenu({ store, ask }: Ui): HTMLElement {
  const share = h('span', { class: 'share' });
  const button = h(
    'button',
    { type: 'button', part: 'button p2p-button', class: 'p2p' },
    icon(icons.peers),
    share,
  );
  const title = h('h2');
  const figures = h('dl', { class: 'figures' });
  const choices = POLICIES.map((policy) => choice('p2p', policy, () => ask.setP2p(policy)));
  const group = h('div', { role: 'radiogroup' }, ...choices.map(({ label }) => label));
  const note = h('p', { class: 'note' });
  const panel = h(
    'div',
    { class: 'panel', part: 'panel p2p-panel', role: 'dialog' },
    title,
    figures,
    group,
    note,
  );

  store.watch(['words'], ({ words }) => {
    title.textContent = words.sharingTitle;
    for (const element of [panel, group]) element.setAttribute('aria-label', words.sharing);
    for (const { input, say } of choices) {
      const policy = input.value as P2pPolicy;
      say(words[policy], words[`${policy}Meaning`]);
    }
  });
  watchCalmly(store, ['stats', 'p2p', 'p2pChoice', 'words', 'language'], (state) => {
    const { stats, p2p, p2pChoice, words, language } = state;
    const percent = percentOf(stats.peerBytes, stats.edgeBytes);
    share.textContent = p2p === 'off' ? words.p2pOff : percent === undefined ? 'P2P' : `${percent} %`;
    rename(
      button,
      p2p === 'off'
        ? words.sharingOff
        : fill(words.sharingNow, { percent: percent ?? 0, peers: stats.peers }),
    );
    button.classList.toggle('active', p2p !== 'off' && stats.peers > 0);
    figures.replaceChildren(
      ...pair(words.fromPeers, formatBytes(stats.peerBytes, language)),
      ...pair(words.fromServers, formatBytes(stats.edgeBytes, language)),
      ...pair(words.uploaded, formatBytes(stats.uploadBytes, language)),
      ...pair(words.peersNow, String(stats.peers)),
    );
    for (const { input } of choices) input.checked = input.value === p2pChoice;
    note.textContent = p2p !== p2pChoice ? words.allowsLess : '';
    note.hidden = note.textContent === '';
  });
  return menu({ class: 'p2p-menu', button, panel });
}

function pair(name: string, value: string): HTMLElement[] {
  return [h('dt', {}, name), h('dd', {}, value)];
}
