import type { Ui } from './context.ts';
import { h, icon } from './dom.ts';
import { icons } from './icons.ts';

/** Shown where the browser wanted a gesture before it lets sound through. */
export function unmute({ store, ask }: Ui): HTMLElement {
  const label = h('span');
  const button = h(
    'button',
    { type: 'button', part: 'unmute', class: 'unmute', onclick: () => ask.toggleMute() },
    icon(icons.muted),
    label,
  );
  store.watch(['soundRefused', 'muted', 'started', 'words'], ({ soundRefused, muted, started, words }) => {
    label.textContent = words.tapForSound;
    button.hidden = !(soundRefused && muted && started);
  });
  return button;
}
