import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';

/** Captions on and off; hidden while the broadcast has none. */
export function captionsButton({ store, ask }: Ui): HTMLElement {
  const button = h(
    'button',
    { type: 'button', part: 'button captions-button', onclick: () => ask.toggleCaptions() },
    icon(icons.captions),
  );
  store.watch(['captions', 'words'], ({ captions, words }) => {
    button.hidden = captions === 'none';
    rename(button, words.captions, 'c');
    button.setAttribute('aria-pressed', String(captions === 'on'));
  });
  return button;
}
