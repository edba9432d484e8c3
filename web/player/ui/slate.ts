import type { Ui } from './context.ts';
import { h, icon } from './dom.ts';
import { icons } from './icons.ts';
import { type SlateText, slateText } from './slate-text.ts';

/**
 * What is under way moves on the screen only when it takes long: most starts are over by then, and on a busy machine
 * sixty drawn frames a second hold up the very thing that is waited for.
 */
const MOVES_AFTER_MS = { start: 2000, pause: 400 };
/** A start that is over by then is not spoken of: its words would be laid out and drawn ahead of the picture. */
const SPEAKS_AFTER_MS = 1000;

/** In place of the picture, or as a banner over it: what is going on, in plain words. */
export function slate({ store, ask }: Ui): HTMLElement {
  const title = h('strong', {});
  const text = h('p', {});
  const waves = h('div', { class: 'waves', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
  const play = h(
    'button',
    {
      type: 'button',
      part: 'big-play',
      class: 'big-play',
      onclick: () => ask.togglePlay(),
    },
    icon(icons.play),
  );
  const retry = h('button', { type: 'button', class: 'plain', onclick: () => ask.retry() });
  const copy = h('button', { type: 'button', class: 'plain', onclick: () => void copied() });
  const root = h(
    'div',
    { class: 'slate', part: 'slate', role: 'status' },
    waves,
    play,
    title,
    text,
    h('div', { class: 'actions' }, retry, copy),
  );

  async function copied(): Promise<void> {
    await ask.copyDiagnostic();
    copy.textContent = store.state.words.copied;
  }

  let moving: ReturnType<typeof setTimeout> | undefined;
  const move = (busy: boolean, afterMs: number) => {
    if (busy && moving !== undefined) return;
    clearTimeout(moving);
    moving = busy ? setTimeout(() => waves.hidden = false, afterMs) : undefined;
    waves.hidden = true;
  };

  let speaking: ReturnType<typeof setTimeout> | undefined;
  const speak = (shown: SlateText | undefined) => {
    if (shown?.isStart && speaking !== undefined) return;
    clearTimeout(speaking);
    speaking = shown?.isStart ? setTimeout(() => root.hidden = false, SPEAKS_AFTER_MS) : undefined;
    root.hidden = !shown || shown.isStart;
  };

  const keys = ['phase', 'reason', 'title', 'started', 'paused', 'waiting', 'audioOnly', 'words'] as const;
  store.watch(keys, (state) => {
    const shown = slateText(state);
    speak(shown);
    move(shown?.busy === true, state.started ? MOVES_AFTER_MS.pause : MOVES_AFTER_MS.start);
    if (!shown) return;
    root.dataset.phase = state.phase;
    root.classList.toggle('banner', shown.banner);
    root.classList.toggle('over', state.started && !state.audioOnly && !shown.banner);
    play.hidden = shown.action !== 'play';
    retry.hidden = shown.action !== 'retry';
    copy.hidden = !shown.diagnostic;
    copy.textContent = state.words.copyDetails;
    retry.textContent = state.words.tryAgain;
    play.setAttribute('aria-label', state.words.play);
    title.textContent = shown.title;
    title.hidden = shown.title === '';
    text.textContent = shown.text;
    text.hidden = shown.text === '';
  });
  return root;
}
