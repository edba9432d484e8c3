/** What is said when there is nothing to see, and why. */
import type { PlayerState } from '../player-state.ts';
import { fill, reasonText } from '../words/words.ts';

export interface SlateText {
  title: string;
  text: string;
  /** Something is under way: a quiet animation. */
  busy: boolean;
  /** What is under way is the start. */
  isStart: boolean;
  /** Shown over the picture's edge instead of in its place. */
  banner: boolean;
  action?: 'play' | 'retry';
  /** A diagnostic can be copied. */
  diagnostic?: boolean;
}

type Shown = Pick<
  PlayerState,
  'phase' | 'reason' | 'title' | 'started' | 'paused' | 'waiting' | 'audioOnly' | 'words'
>;

/** Undefined while the picture speaks for itself. */
export function slateText(state: Shown): SlateText | undefined {
  const { words } = state;
  const name = state.title || words.thisChannel;
  const why = reasonText(words, state.reason);
  const still = { busy: false, isStart: false, banner: false };
  const busy = { ...still, busy: true };
  const start = { ...busy, isStart: true };
  switch (state.phase) {
    case 'idle':
      return { title: state.title, text: '', ...still, action: 'play' };
    case 'joining':
      return { title: '', text: words.joining, ...start };
    case 'offline':
      return state.reason?.code === 'stopped'
        ? { title: fill(words.closedTitle, { name }), text: words.closedText, ...still }
        : { title: fill(words.offAirTitle, { name }), text: words.offAirText, ...still };
    case 'live':
      if (state.reason) return { title: words.noPlaceTitle, text: words.noPlaceText, ...busy };
      if (!state.started) return { title: '', text: words.starting, ...start };
      if (state.waiting && !state.paused) return { title: '', text: '', ...busy };
      return state.audioOnly ? { title: name, text: words.soundOnly, ...still } : undefined;
    case 'lost':
      return { title: words.lostTitle, text: words.lostText, ...busy, banner: state.started };
    case 'reconnecting':
      return {
        title: words.reconnecting,
        text: words.reconnectingText,
        ...busy,
        banner: state.started,
        diagnostic: true,
      };
    case 'ended':
      return { title: words.endedTitle, text: words.endedText, ...still };
    case 'refused':
      return { title: words.refusedTitle, text: why, ...still, action: 'retry', diagnostic: true };
    case 'unsupported':
      if (state.reason?.code === 'player-failed') {
        return { title: words.failedTitle, text: why, ...still, action: 'retry', diagnostic: true };
      }
      return { title: words.unsupportedTitle, text: why, ...still, diagnostic: true };
  }
}
