/** Hides the controls when nobody touches the player; never while it is paused or a control has the focus. */
const IDLE_MS = 2800;

export function hideWhenIdle(root: HTMLElement, mayHide: () => boolean): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wake = () => {
    root.classList.remove('at-rest');
    clearTimeout(timer);
    timer = setTimeout(rest, IDLE_MS);
  };
  const rest = () => {
    if (mayHide()) root.classList.add('at-rest');
    else timer = setTimeout(rest, IDLE_MS);
  };
  const leave = () => {
    clearTimeout(timer);
    timer = setTimeout(rest, 400);
  };
  const abort = new AbortController();
  const { signal } = abort;
  for (const name of ['pointermove', 'pointerdown', 'keydown', 'focusin']) {
    root.addEventListener(name, wake, { signal });
  }
  root.addEventListener('pointerleave', leave, { signal });
  wake();
  return () => {
    abort.abort();
    clearTimeout(timer);
  };
}
