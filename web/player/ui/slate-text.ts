/** What is said when there is nothing to see, and why. */
import type { PlayerState } from '../player-state.ts';

export interface SlateText {
  title: string;
  text: string;
  /** Something is under way: a quiet animation. */
  busy: boolean;
  /** Shown over the picture's edge instead of in its place. */
  banner: boolean;
  action?: 'play' | 'retry';
  /** A diagnostic can be copied. */
  diagnostic?: boolean;
}

/** Undefined while the picture speaks for itself. */
export function slateText(
  state: Pick<PlayerState, 'phase' | 'reason' | 'title' | 'started' | 'paused' | 'waiting' | 'audioOnly'>,
): SlateText | undefined {
  const name = state.title || 'This channel';
  const why = state.reason?.message ?? '';
  switch (state.phase) {
    case 'idle':
      return { title: state.title, text: '', busy: false, banner: false, action: 'play' };
    case 'joining':
      return { title: '', text: 'Joining', busy: true, banner: false };
    case 'offline':
      return state.reason?.code === 'stopped'
        ? {
          title: `${name} is closed`,
          text: 'Its owner has stopped it for now.',
          busy: false,
          banner: false,
        }
        : { title: `${name} is off air`, text: 'It starts here by itself.', busy: false, banner: false };
    case 'live':
      if (!state.started) return { title: '', text: 'Starting', busy: true, banner: false };
      if (state.waiting && !state.paused) return { title: '', text: '', busy: true, banner: false };
      return state.audioOnly ? { title: name, text: 'Sound only', busy: false, banner: false } : undefined;
    case 'lost':
      return {
        title: 'The broadcaster dropped out',
        text: 'The picture goes on when they are back.',
        busy: true,
        banner: state.started,
      };
    case 'reconnecting':
      return { title: 'Reconnecting', text: why, busy: true, banner: state.started };
    case 'ended':
      return {
        title: 'The broadcast is over',
        text: 'The next one starts here by itself.',
        busy: false,
        banner: false,
      };
    case 'refused':
      return { title: 'No entry', text: why, busy: false, banner: false, action: 'retry', diagnostic: true };
    case 'unsupported':
      return { title: 'Cannot play here', text: why, busy: false, banner: false, diagnostic: true };
  }
}
