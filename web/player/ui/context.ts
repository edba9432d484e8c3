/** What every control is given: the state comes down, requests go up. */
import type { P2pPolicy } from '../../../protocol/channel.ts';
import type { PlayerState } from '../player-state.ts';
import type { Store } from '../store.ts';

export interface Requests {
  togglePlay(): void;
  toggleMute(): void;
  /** 0 to 1. */
  setVolume(volume: number): void;
  jumpToLive(): void;
  /** To a time of the element, seconds. */
  seek(timeS: number): void;
  toggleFullscreen(): void;
  togglePictureInPicture(): void;
  setP2p(policy: P2pPolicy): void;
  /** The viewer's answer to the question of consent. */
  answerConsent(policy: P2pPolicy): void;
  /** `auto`, or a rendition by its name. */
  setQuality(name: string): void;
  toggleCaptions(): void;
  seekBy(seconds: number): void;
  toggleOverlay(): void;
  /** After a refusal: once more. */
  retry(): void;
  /** Puts a diagnostic on the clipboard that holds no token and no address. */
  copyDiagnostic(): Promise<void>;
}

export interface Ui {
  store: Store<PlayerState>;
  ask: Requests;
}
