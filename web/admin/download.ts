/** Files that the edge streams, taken by the browser itself: it shows how far they are, and no page holds them. */
import { announce } from './ui/announce.tsx';

const NAME = 'download';

/**
 * Posts a form with the bearer in it (worker/access/form-bearer.ts) into a hidden frame. A download leaves the frame as
 * it is; a refusal comes up in it, and is announced.
 */
export function download(path: string, token: string): void {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: path, target: frame().name, hidden: true });
  // Of a hidden field no browser keeps a history.
  const field = { type: 'hidden', name: 'token', value: token };
  form.appendChild(Object.assign(document.createElement('input'), field));
  document.body.appendChild(form);
  form.submit();
  form.remove();
}

function frame(): HTMLIFrameElement {
  const there = document.querySelector<HTMLIFrameElement>(`iframe[name=${NAME}]`);
  if (there) return there;
  const made = Object.assign(document.createElement('iframe'), { name: NAME, hidden: true });
  made.onload = () => {
    const shown = made.contentDocument;
    if (shown?.URL !== 'about:blank') announce(messageOf(shown?.body.textContent ?? ''));
  };
  document.body.appendChild(made);
  return made;
}

/** What an ApiError says. */
function messageOf(text: string): string {
  try {
    return JSON.parse(text).error.message;
  } catch {
    return 'The edge did not give the file. Is it running, and are you online?';
  }
}
