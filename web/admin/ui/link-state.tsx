/** Whether live figures arrive, in words. */
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
