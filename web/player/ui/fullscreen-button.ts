import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';

/** Full screen, where the page may. */
export function fullscreenButton({ store, ask }: Ui): HTMLElement {
  const button = h('button', {
    type: 'button',
    part: 'button fullscreen-button',
    onclick: () => ask.toggleFullscreen(),
  });
  store.watch(['fullscreen', 'canFullscreen', 'words'], ({ fullscreen, canFullscreen, words }) => {
    button.hidden = !canFullscreen;
    rename(button, fullscreen ? words.leaveFullscreen : words.fullscreen, 'f');
    button.replaceChildren(icon(fullscreen ? icons.shrink : icons.fullscreen));
  });
  return button;
}
