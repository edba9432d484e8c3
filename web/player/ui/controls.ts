import type { PlayerState } from '../player-state.ts';
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

/** What makes up the bar takes the page a tenth of a second on a busy machine, which goes to the picture first. */
const FILLED_AFTER_MS = 200;

/** The bar below the picture. It is filled when that is on the screen: nothing that is hidden holds it up. */
export function controls(ui: Ui): HTMLElement {
  const bar = h('div', { class: 'controls', part: 'controls', role: 'group' });
  const show = ({ phase, started, words }: Pick<PlayerState, 'phase' | 'started' | 'words'>) => {
    bar.setAttribute('aria-label', words.controls);
    // Before the first picture there is nothing to control; the slate says what is going on.
    bar.hidden = bar.childElementCount === 0 || !started ||
      (phase !== 'live' && phase !== 'lost' && phase !== 'reconnecting');
  };
  const fill = () => {
    bar.append(...parts(ui));
    show(ui.store.state);
  };
  let filling: ReturnType<typeof setTimeout> | undefined;
  ui.store.watch(['phase', 'started', 'words'], (state) => {
    if (state.started) filling ??= setTimeout(fill, FILLED_AFTER_MS);
    show(state);
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
