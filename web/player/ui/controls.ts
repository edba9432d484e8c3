import { captionsButton } from './captions-button.ts';
import type { Ui } from './context.ts';
import { h } from './dom.ts';
import { fullscreenButton } from './fullscreen-button.ts';
import { liveBadge } from './live-badge.ts';
import { overlayButton } from './overlay.ts';
import { p2pMenu } from './p2p-menu.ts';
import { pictureInPictureButton } from './picture-in-picture-button.ts';
import { playButton } from './play-button.ts';
import { qualityMenu } from './quality-menu.ts';
import { timeline } from './timeline.ts';
import { volume } from './volume.ts';

/** The bar below the picture. It is filled when that is there: the first picture does not wait for what is hidden. */
export function controls(ui: Ui): HTMLElement {
  const bar = h('div', { class: 'controls', part: 'controls', role: 'group' });
  ui.store.watch(['phase', 'started', 'words'], ({ phase, started, words }) => {
    if (started && bar.childElementCount === 0) bar.append(...parts(ui));
    bar.setAttribute('aria-label', words.controls);
    // Before the first picture there is nothing to control; the slate says what is going on.
    bar.hidden = !started || (phase !== 'live' && phase !== 'lost' && phase !== 'reconnecting');
  });
  return bar;
}

function parts(ui: Ui): HTMLElement[] {
  return [
    timeline(ui),
    h(
      'div',
      { class: 'row' },
      playButton(ui),
      volume(ui),
      liveBadge(ui),
      h('span', { class: 'gap' }),
      captionsButton(ui),
      qualityMenu(ui),
      p2pMenu(ui),
      overlayButton(ui),
      pictureInPictureButton(ui),
      fullscreenButton(ui),
    ),
  ];
}
