import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';

/** Picture in picture, where the browser can. */
export function pictureInPictureButton({ store, ask }: Ui): HTMLElement {
  const button = h(
    'button',
    {
      type: 'button',
      part: 'button pip-button',
      class: 'roomy',
      onclick: () => ask.togglePictureInPicture(),
    },
    icon(icons.picture),
  );
  store.watch(['pictureInPicture', 'canPictureInPicture', 'audioOnly', 'words'], (state) => {
    button.hidden = !state.canPictureInPicture || state.audioOnly;
    rename(button, state.pictureInPicture ? state.words.backIntoPage : state.words.pictureInPicture, 'i');
    button.setAttribute('aria-pressed', String(state.pictureInPicture));
  });
  return button;
}
