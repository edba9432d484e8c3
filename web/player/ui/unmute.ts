import type { Ui } from './context.ts';
import { h, icon } from './dom.ts';
import { icons } from './icons.ts';

/** Shown where the browser wanted a gesture before it lets sound through. */
export function unmute({ store, ask }: Ui): HTMLElement {
  const button = h(
    'button',
    { type: 'button', part: 'unmute', class: 'unmute', onclick: () => ask.toggleMute() },
    icon(icons.muted),
    'Tap for sound',
  );
  store.watch(['soundRefused', 'muted', 'started'], ({ soundRefused, muted, started }) => {
    button.hidden = !(soundRefused && muted && started);
  });
  return button;
}
