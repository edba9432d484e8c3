/** Captions of a video element: whether there are any, and whether they are shown. */
import type { PlayerState } from './player-state.ts';

/** Tracks that hold something to read; an announced one without a cue yet is none. */
function tracksOf(video: HTMLVideoElement): TextTrack[] {
  return [...video.textTracks].filter((track) =>
    (track.kind === 'captions' || track.kind === 'subtitles') &&
    (track.mode === 'showing' || (track.cues?.length ?? 0) > 0)
  );
}

export function captionsOf(video: HTMLVideoElement): PlayerState['captions'] {
  const tracks = tracksOf(video);
  if (tracks.length === 0) return 'none';
  return tracks.some(({ mode }) => mode === 'showing') ? 'on' : 'off';
}

/** Shows the first track, or hides all. */
export function showCaptions(video: HTMLVideoElement, shown: boolean): void {
  const [first, ...others] = tracksOf(video);
  // `hidden` goes on collecting cues, `disabled` would lose them.
  for (const track of others) track.mode = 'hidden';
  if (first) first.mode = shown ? 'showing' : 'hidden';
}
