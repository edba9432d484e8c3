/** The state of a channel in a word; its shape differs, not its colour alone. */
import type { ChannelState } from '../../../protocol/channel.ts';

const WORDS: Record<ChannelState, string> = {
  idle: 'Off air',
  live: 'Live',
  lost: 'Encoder lost',
  stopped: 'Stopped',
};

export function StateBadge({ state }: { state: ChannelState }) {
  return <span class={`state ${state}`}>{WORDS[state]}</span>;
}
