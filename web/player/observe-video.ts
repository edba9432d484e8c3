/** Watches the video element and the document, and tells the store what it sees. */
import { captionsOf } from './captions.ts';
import type { PlayerState } from './player-state.ts';
import type { Store } from './store.ts';

/** Answers a function that ends it. */
export function observeVideo(host: Element, video: HTMLVideoElement, store: Store<PlayerState>): () => void {
  const undo: (() => void)[] = [];
  const on = (target: EventTarget, names: string[], listener: () => void) => {
    for (const name of names) {
      target.addEventListener(name, listener);
      undo.push(() => target.removeEventListener(name, listener));
    }
    listener();
  };
  on(video, ['volumechange'], () => store.set({ volume: video.volume, muted: video.muted }));
  on(video, ['play', 'playing', 'pause', 'emptied'], () => store.set({ paused: video.paused }));
  on(
    video,
    ['enterpictureinpicture', 'leavepictureinpicture'],
    () => store.set({ pictureInPicture: document.pictureInPictureElement != null }),
  );
  on(document, ['fullscreenchange'], () => store.set({ fullscreen: document.fullscreenElement === host }));
  on(
    video.textTracks,
    ['addtrack', 'removetrack', 'change'],
    () => store.set({ captions: captionsOf(video) }),
  );
  store.set({
    canFullscreen: document.fullscreenEnabled || 'webkitEnterFullscreen' in video,
    canPictureInPicture: document.pictureInPictureEnabled === true,
  });
  return () => undo.forEach((each) => each());
}
