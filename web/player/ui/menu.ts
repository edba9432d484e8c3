import { h } from './dom.ts';

/** A button that opens a panel above it: Escape and a focus that goes elsewhere close it. */
export function menu(
  options: { class: string; button: HTMLButtonElement; panel: HTMLElement },
): HTMLElement {
  const { button, panel } = options;
  panel.hidden = true;
  button.setAttribute('aria-haspopup', 'dialog');
  button.setAttribute('aria-expanded', 'false');
  const root = h('div', { class: `menu ${options.class}` }, button, panel);

  function toggle(open: boolean): void {
    panel.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open) panel.querySelector<HTMLElement>('input:checked, button, input')?.focus();
  }

  button.addEventListener('click', () => toggle(panel.hidden === true));
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || panel.hidden) return;
    event.stopPropagation();
    toggle(false);
    button.focus();
  });
  root.addEventListener('focusout', (event) => {
    const next = event.relatedTarget as Node | null;
    if (next && !root.contains(next)) toggle(false);
  });
  return root;
}

/** One of several: a radio button with its name and what it means. */
export function choice(
  group: string,
  value: string,
  chosen: () => void,
): { label: HTMLElement; input: HTMLInputElement; say(name: string, meaning?: string): void } {
  const input = h('input', { type: 'radio', name: group, value, onchange: chosen });
  const name = h('b');
  const meaning = h('small');
  return {
    label: h('label', { class: 'choice' }, input, h('span', {}, name, meaning)),
    input,
    say(text, more = '') {
      if (name.textContent !== text) name.textContent = text;
      if (meaning.textContent !== more) meaning.textContent = more;
      meaning.hidden = more === '';
    },
  };
}
