/** What the player shows: observed facts, and nothing that asks for a change. */
import type { P2pPolicy } from '../../protocol/channel.ts';
import type { ViewerReason } from '../peer/viewer.ts';
import type { ShoalPlayerState, ShoalPlayerStats } from './api.ts';
import type { Quality } from './quality.ts';
import { en } from './words/en.ts';
import type { Language, Words } from './words/words.ts';

/** `idle` before `play()` or without autoplay; the rest as the viewer tells it. */
export type Phase = ShoalPlayerState;
export type PlayerStats = ShoalPlayerStats;

export interface PlayerState {
  language: Language;
  words: Words;
  phase: Phase;
  reason: ViewerReason | undefined;
  title: string;
  /** The first picture (or sound) of the broadcast was there. */
  started: boolean;
  paused: boolean;
  /** Playback waits for media. */
  waiting: boolean;
  muted: boolean;
  /** 0 to 1. */
  volume: number;
  /** The browser refused sound without a gesture: playing muted until the viewer asks for it. */
  soundRefused: boolean;
  /** Nothing to see in this broadcast. */
  audioOnly: boolean;
  following: boolean;
  positionS: number;
  seekableStartS: number;
  seekableEndS: number;
  rate: number;
  targetMs: number;
  fullscreen: boolean;
  pictureInPicture: boolean;
  /** Which of these the browser can do. */
  canFullscreen: boolean;
  canPictureInPicture: boolean;
  /** What the viewer chose, and what holds after the channel's own policy. */
  p2pChoice: P2pPolicy;
  p2p: P2pPolicy;
  /** The viewer has yet to say whether to share: nothing is shared before. */
  asksConsent: boolean;
  /** Renditions, best first; the menu shows when there are several. */
  qualities: readonly Quality[];
  /** `auto`, or the name of a rendition. */
  qualityChoice: string;
  /** Name of the rendition that is played. */
  quality: string;
  /** Name of the best rendition that `auto` may take while upload is short; empty: any. */
  heldTo: string;
  captions: 'none' | 'off' | 'on';
  stats: PlayerStats;
  details: PlaybackDetails | undefined;
  overlay: boolean;
  /** Nobody touches the player: its controls are hidden. */
  resting: boolean;
}

/** For the statistics overlay. */
export interface PlaybackDetails {
  size: string;
  codecs: string;
  droppedFrames: number;
  decodedFrames: number;
  lanBytes: number;
  turnBytes: number;
  repairs: number;
  duplicateBytes: number;
  substreams: string;
  lagP50Ms: number;
  lagP95Ms: number;
  /** Where the mesh runs. */
  thread: 'worker' | 'page';
  lastTrouble: string;
}

export const noStats: PlayerStats = {
  peerBytes: 0,
  edgeBytes: 0,
  uploadBytes: 0,
  peers: 0,
  latencySeconds: 0,
  stalls: 0,
  startupMs: 0,
  bufferSeconds: 0,
};

export function initialState(): PlayerState {
  return {
    language: 'en',
    words: en,
    phase: 'idle',
    reason: undefined,
    title: '',
    started: false,
    paused: true,
    waiting: false,
    muted: false,
    volume: 1,
    soundRefused: false,
    audioOnly: false,
    following: true,
    positionS: 0,
    seekableStartS: 0,
    seekableEndS: 0,
    rate: 1,
    targetMs: 1500,
    fullscreen: false,
    pictureInPicture: false,
    canFullscreen: false,
    canPictureInPicture: false,
    p2pChoice: 'on',
    p2p: 'on',
    asksConsent: false,
    qualities: [],
    qualityChoice: 'auto',
    quality: '',
    heldTo: '',
    captions: 'none',
    stats: noStats,
    details: undefined,
    overlay: false,
    resting: false,
  };
}
