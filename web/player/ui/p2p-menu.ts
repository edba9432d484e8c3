import type { P2pPolicy } from '../../../protocol/channel.ts';
import { formatBytes, percentOf } from '../format.ts';
import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';

const CHOICES: [P2pPolicy, string, string][] = [
  ['on', 'On', 'You give to viewers around you and get from them. They can see your network address.'],
  ['relay', 'Relay only', 'Through a relay server: no other viewer sees your address.'],
  ['off', 'Off', 'From servers only. Nothing is uploaded.'],
];

/** Sharing between viewers: what it does for this one, and the choice. */
export function p2pMenu({ store, ask }: Ui): HTMLElement {
  const share = h('span', { class: 'share' });
  const opener = h(
    'button',
    {
      type: 'button',
      part: 'button p2p-button',
      class: 'p2p',
      'aria-haspopup': 'dialog',
      'aria-expanded': 'false',
      onclick: () => toggle(panel.hidden === true),
    },
    icon(icons.peers),
    share,
  );
  const figures = h('dl', { class: 'figures' });
  const choices = CHOICES.map(([policy, name, meaning]) => choice(policy, name, meaning));
  const note = h('p', { class: 'note' });
  const panel = h(
    'div',
    { class: 'panel', part: 'p2p-panel', role: 'dialog', 'aria-label': 'Sharing between viewers' },
    h('h2', {}, 'Shared between viewers'),
    figures,
    h('div', { role: 'radiogroup', 'aria-label': 'Sharing' }, ...choices),
    note,
  );
  panel.hidden = true;
  const root = h('div', { class: 'p2p-menu' }, opener, panel);

  function choice(policy: P2pPolicy, name: string, meaning: string): HTMLElement {
    const input = h('input', {
      type: 'radio',
      name: 'p2p',
      value: policy,
      onchange: () => ask.setP2p(policy),
    });
    return h('label', { class: 'choice' }, input, h('span', {}, h('b', {}, name), h('small', {}, meaning)));
  }

  function toggle(open: boolean): void {
    panel.hidden = !open;
    opener.setAttribute('aria-expanded', String(open));
    if (open) panel.querySelector<HTMLInputElement>('input:checked')?.focus();
  }

  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || panel.hidden) return;
    event.stopPropagation();
    toggle(false);
    opener.focus();
  });
  root.addEventListener('focusout', (event) => {
    const next = event.relatedTarget as Node | null;
    if (next && !root.contains(next)) toggle(false);
  });

  store.watch(['stats', 'p2p', 'p2pChoice'], ({ stats, p2p, p2pChoice }) => {
    const percent = percentOf(stats.peerBytes, stats.edgeBytes);
    share.textContent = p2p === 'off' ? 'P2P off' : percent === undefined ? 'P2P' : `${percent} %`;
    rename(
      opener,
      p2p === 'off'
        ? 'Sharing between viewers is off'
        : `Sharing between viewers: ${percent ?? 0} % came from ${stats.peers} peers`,
    );
    opener.classList.toggle('active', p2p !== 'off' && stats.peers > 0);
    figures.replaceChildren(
      ...pair('From peers', formatBytes(stats.peerBytes)),
      ...pair('From servers', formatBytes(stats.edgeBytes)),
      ...pair('Uploaded', formatBytes(stats.uploadBytes)),
      ...pair('Peers now', String(stats.peers)),
    );
    for (const input of panel.querySelectorAll('input')) input.checked = input.value === p2pChoice;
    note.textContent = p2p !== p2pChoice ? 'This channel allows less than you chose.' : '';
    note.hidden = note.textContent === '';
  });
  return root;
}

function pair(name: string, value: string): HTMLElement[] {
  return [h('dt', {}, name), h('dd', {}, value)];
}
