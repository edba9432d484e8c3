import type { P2pPolicy } from '../../../protocol/channel.ts';
import type { Ui } from './context.ts';
import { h } from './dom.ts';

/** Asks whether to share, where the page wants the viewer asked first. Until the answer nothing is shared. */
export function consent({ store, ask }: Ui): HTMLElement {
  const title = h('strong');
  const text = h('p');
  const answer = (policy: P2pPolicy, kind: string) =>
    h('button', { type: 'button', class: kind, onclick: () => ask.answerConsent(policy) });
  const buttons: [HTMLButtonElement, 'consentYes' | 'consentRelay' | 'consentNo'][] = [
    [answer('on', 'plain chosen'), 'consentYes'],
    [answer('relay', 'plain'), 'consentRelay'],
    [answer('off', 'plain'), 'consentNo'],
  ];
  const root = h(
    'div',
    { class: 'consent', part: 'consent', role: 'dialog' },
    title,
    text,
    h('div', { class: 'actions' }, ...buttons.map(([button]) => button)),
  );
  store.watch(['asksConsent', 'words', 'phase'], ({ asksConsent, words, phase }) => {
    root.hidden = !asksConsent || phase === 'refused' || phase === 'unsupported';
    root.setAttribute('aria-label', words.consentTitle);
    title.textContent = words.consentTitle;
    text.textContent = words.consentText;
    for (const [button, key] of buttons) button.textContent = words[key];
  });
  return root;
}
