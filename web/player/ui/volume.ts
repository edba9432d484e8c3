import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';

/** Mute, and the volume where there is room for it. */
export function volume({ store, ask }: Ui): HTMLElement {
  const mute = h('button', { type: 'button', part: 'button mute-button', onclick: () => ask.toggleMute() });
  const slider = h('input', {
    type: 'range',
    min: '0',
    max: '1',
    step: '0.05',
    part: 'volume',
    class: 'volume',
    oninput: () => ask.setVolume(Number(slider.value)),
  });
  store.watch(['muted', 'volume', 'words'], ({ muted, volume, words }) => {
    const silent = muted || volume === 0;
    rename(mute, silent ? words.unmute : words.mute, 'm');
    slider.setAttribute('aria-label', words.volume);
    mute.replaceChildren(icon(silent ? icons.muted : icons.sound));
    slider.value = String(silent ? 0 : volume);
    slider.style.setProperty('--fill', `${Number(slider.value) * 100}%`);
    slider.setAttribute('aria-valuetext', `${Math.round(Number(slider.value) * 100)} %`);
  });
  return h('div', { class: 'sound' }, mute, slider);
}
