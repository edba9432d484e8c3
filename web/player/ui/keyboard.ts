import type { Ui } from './context.ts';

const SEEK_S = 5;
const VOLUME_STEP = 0.05;

/** Keys, while the focus is in the player. Answers whether the key was one of ours. */
export function pressKey({ store, ask }: Ui, key: string): boolean {
  const { volume } = store.state;
  switch (key) {
    case ' ':
    case 'k':
    case 'MediaPlayPause':
      ask.togglePlay();
      return true;
    case 'm':
      ask.toggleMute();
      return true;
    case 'f':
      ask.toggleFullscreen();
      return true;
    case 'i':
      ask.togglePictureInPicture();
      return true;
    case 'l':
    case 'End':
      ask.jumpToLive();
      return true;
    case 'c':
      ask.toggleCaptions();
      return true;
    case 's':
      ask.toggleOverlay();
      return true;
    case 'ArrowLeft':
      ask.seekBy(-SEEK_S);
      return true;
    case 'ArrowRight':
      ask.seekBy(SEEK_S);
      return true;
    case 'ArrowUp':
      ask.setVolume(Math.min(1, volume + VOLUME_STEP));
      return true;
    case 'ArrowDown':
      ask.setVolume(Math.max(0, volume - VOLUME_STEP));
      return true;
  }
  return false;
}

/** Whether a control that has the focus uses the key itself. */
export function takesKey(target: EventTarget | undefined, key: string): boolean {
  if (target instanceof HTMLInputElement) {
    return target.type === 'radio' || key.startsWith('Arrow') || key === 'End';
  }
  return target instanceof HTMLButtonElement && key === ' ';
}
