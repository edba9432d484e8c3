import { fill } from '../words/words.ts';
import type { Ui } from './context.ts';
import { h, icon, rename } from './dom.ts';
import { icons } from './icons.ts';
import { choice, menu } from './menu.ts';

/** Which rendition: automatic, or one of them. Hidden while there is only one. */
export function qualityMenu({ store, ask }: Ui): HTMLElement {
  const now = h('span', { class: 'share' });
  const button = h('button', { type: 'button', part: 'button quality-button' }, icon(icons.quality), now);
  const title = h('h2');
  const group = h('div', { role: 'radiogroup' });
  const note = h('p', { class: 'note' });
  const panel = h('div', { class: 'panel', part: 'panel quality-panel', role: 'dialog' }, title, group, note);
  const root = menu({ class: 'quality-menu', button, panel });

  let choices: ReturnType<typeof choice>[] = [];
  store.watch(['qualities'], ({ qualities }) => {
    root.hidden = qualities.length < 2;
    const names = ['auto', ...qualities.map(({ name }) => name)];
    choices = names.map((name) => choice('quality', name, () => ask.setQuality(name)));
    group.replaceChildren(...choices.map(({ label }) => label));
  });
  store.watch(['heldTo', 'words'], ({ heldTo, words }) => {
    note.textContent = heldTo === '' ? '' : fill(words.qualityHeld, { name: heldTo });
    note.hidden = heldTo === '';
  });
  store.watch(['qualities', 'qualityChoice', 'quality', 'words'], (state) => {
    const { qualityChoice, quality, words } = state;
    title.textContent = words.quality;
    for (const element of [panel, group]) element.setAttribute('aria-label', words.quality);
    const auto = quality === '' ? words.qualityAuto : fill(words.qualityAutoNow, { name: quality });
    now.textContent = quality;
    rename(button, `${words.quality}: ${qualityChoice === 'auto' ? auto : qualityChoice}`);
    for (const { input, say } of choices) {
      input.checked = input.value === qualityChoice;
      if (input.value === 'auto') say(qualityChoice === 'auto' ? auto : words.qualityAuto);
      else say(input.value);
    }
  });
  return root;
}
