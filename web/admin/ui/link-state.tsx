/** Whether live figures arrive, in words. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { live } from '../live/live.ts';

export function LinkState() {
  const state = live.link.value;
  switch (state) {
    case 'open':
      return <p class='link-state open' role='status'>Live figures</p>;
    case 'waiting':
      return <p class='link-state waiting' role='status'>Reconnecting …</p>;
    case 'closed':
      return <p class='link-state' role='status'>Connecting …</p>;
  }
}

/** A short gap is not worth a word: an edge restarts within a second or two. */
const WORTH_A_WORD_MS = 3000;

/** Says above the page that figures stand still, once they have for a while. */
export function Away() {
  const shown = useSignal(false);
  const isAway = live.link.value === 'waiting';
  useEffect(() => {
    if (!isAway) {
      shown.value = false;
      return;
    }
    const timer = setTimeout(() => shown.value = true, WORTH_A_WORD_MS);
    return () => clearTimeout(timer);
  }, [isAway]);
  if (!shown.value) return null;
  return (
    <p class='away' role='alert'>
      {navigator.onLine
        ? 'The edge does not answer: what you see stands still. It goes on by itself.'
        : 'You are offline: what you see stands still. It goes on by itself.'}
    </p>
  );
}
