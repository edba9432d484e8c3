/** Hides the controls when nobody touches the player; never while it is paused or a control has the focus. */
const IDLE_MS = 2800;

/** `changed` is told when the controls are hidden, and when they come back. */
export function hideWhenIdle(
  root: HTMLElement,
  mayHide: () => boolean,
  changed: (resting: boolean) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (resting: boolean) => {
    root.classList.toggle('at-rest', resting);
    changed(resting);
  };
  const wake = () => {
    show(false);
    clearTimeout(timer);
    timer = setTimeout(rest, IDLE_MS);
  };
  const rest = () => {
    if (mayHide()) show(true);
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
