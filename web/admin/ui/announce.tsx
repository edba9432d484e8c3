/** Short notices at the edge of the page; a screen reader speaks them. */
import { signal } from '@preact/signals';

const SHOWN_MS = 4000;
/** More of them would cover a phone's page. */
const MOST_SHOWN = 2;
const notices = signal<{ id: number; text: string }[]>([]);
let last = 0;

/** Says it once, for a few seconds. */
export function announce(text: string): void {
  const id = ++last;
  notices.value = [...notices.value, { id, text }].slice(-MOST_SHOWN);
  setTimeout(() => notices.value = notices.value.filter((notice) => notice.id !== id), SHOWN_MS);
}

export function Notices() {
  return (
    <div class='toasts' role='status' aria-live='polite'>
      {notices.value.map(({ id, text }) => <div class='toast' key={id}>{text}</div>)}
    </div>
  );
}
