import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';

/** Play and pause. */
export function playButton({ store, ask }: Ui): HTMLElement {
  const button = h('button', { type: 'button', part: 'button play-button', onclick: () => ask.togglePlay() });
  store.watch(['paused', 'words'], ({ paused, words }) => {
    rename(button, paused ? words.play : words.pause, 'k');
    button.replaceChildren(icon(paused ? icons.play : icons.pause));
  });
  return button;
}
