import { formatClock } from '../format.ts';
import { watchCalmly } from './calmly.ts';
import type { Ui } from './context.ts';
import { fill } from '../words/words.ts';
import { h } from './dom.ts';

/** The window: how far back one can go, and where the picture is. Right is live. */
export function timeline({ store, ask }: Ui): HTMLElement {
  const slider = h('input', {
    type: 'range',
    min: '0',
    max: '1000',
    value: '1000',
    part: 'timeline',
    class: 'timeline',
    oninput: () => {
      const { seekableStartS, seekableEndS } = store.state;
      ask.seek(seekableStartS + (seekableEndS - seekableStartS) * Number(slider.value) / 1000);
    },
  });
  watchCalmly(store, ['positionS', 'seekableStartS', 'seekableEndS', 'following', 'words'], (state) => {
    const { positionS, seekableStartS, seekableEndS, following, words } = state;
    const length = seekableEndS - seekableStartS;
    const share = following || length <= 0
      ? 1
      : Math.min(1, Math.max(0, (positionS - seekableStartS) / length));
    slider.value = String(Math.round(share * 1000));
    slider.style.setProperty('--fill', `${share * 100}%`);
    slider.setAttribute(
      'aria-valuetext',
      following
        ? words.positionLive
        : fill(words.positionBehind, { time: formatClock(seekableEndS - positionS) }),
    );
    slider.setAttribute('aria-label', words.position);
    slider.disabled = length < 4;
  });
  return slider;
}
