/**
 * What a page may use of `<shoal-player>`: types only, and they import nobody, so that this very file is the `.d.ts`
 * of the npm package. docs/player.md has the same in words.
 */

/** `idle` before play; `refused` and `unsupported` are final until `retry()`, everything else goes on by itself. */
export type ShoalPlayerState =
  | 'idle'
  | 'joining'
  | 'offline'
  | 'live'
  | 'lost'
  | 'reconnecting'
  | 'ended'
  | 'refused'
  | 'unsupported';

/** What the viewer allows, or what holds: sharing with addresses shown, through relays only, not at all. */
export type ShoalP2p = 'on' | 'relay' | 'off';

/** Why a player is in its state, or what failed. `code` is machine-readable, lower-case with hyphens. */
export interface ShoalReason {
  code: string;
  message: string;
}

/** Numbers since the element was made; `peers`, `latencySeconds` and `bufferSeconds` are of now. */
export interface ShoalPlayerStats {
  peerBytes: number;
  /** Everything that came from servers, seed stream included. */
  edgeBytes: number;
  uploadBytes: number;
  peers: number;
  latencySeconds: number;
  stalls: number;
  /** From the start to the first picture; 0 before it. */
  startupMs: number;
  bufferSeconds: number;
}

/** A rendition of the broadcast. */
export interface ShoalQuality {
  /** As the menu shows it, `720p`. */
  name: string;
  height: number;
  kbps: number;
}

/** Events of the element, by name, with their `detail`. All bubble and cross shadow roots. */
export interface ShoalPlayerEvents {
  'shoal-state': { state: ShoalPlayerState; reason: ShoalReason | undefined; title: string };
  'shoal-stats': ShoalPlayerStats;
  'shoal-playing': { paused: boolean; muted: boolean; volume: number };
  'shoal-error': ShoalReason;
  'shoal-trouble': ShoalReason;
  'tokenneeded': { reason: 'token-missing' | 'token-expired' | 'token-invalid' | 'expires-soon' };
}

/** The element's attributes; docs/player.md says what each does. On `true` and `''` the ones that are on or off are on. */
export interface ShoalPlayerAttributes {
  channel?: string;
  'edge-url'?: string;
  token?: string;
  p2p?: ShoalP2p;
  autoplay?: boolean | '';
  muted?: boolean | '';
  controls?: boolean | '' | 'false';
  'latency-ms'?: number | string;
  'upload-kbps'?: number | string;
  consent?: 'given' | 'ask';
  quality?: string;
  mesh?: 'worker' | 'page';
  decryption?: 'auto' | 'eme' | 'page';
  'device-id'?: string;
  lang?: string;
}

/** The element's own properties and methods. */
export interface ShoalPlayer {
  /** The playback token; may be set at any time, an attribute of the same name is read where it is not set. */
  token: string | undefined;
  /** What the viewer allows. */
  p2p: ShoalP2p;
  /** `auto`, or the name of one of `qualities`. */
  quality: string;
  muted: boolean;
  /** 0 to 1. */
  volume: number;
  readonly state: ShoalPlayerState;
  readonly reason: ShoalReason | undefined;
  readonly paused: boolean;
  /** Playback holds to the live edge. */
  readonly live: boolean;
  /** Seconds behind the broadcaster; 0 before the first picture. */
  readonly latency: number;
  readonly qualities: ShoalQuality[];
  /** Joins the channel where that was not done, and plays. */
  play(): Promise<void>;
  pause(): void;
  togglePlay(): void;
  toggleMute(): void;
  /** 0 to 1; 0 mutes. */
  setVolume(volume: number): void;
  /** To the live edge. */
  jumpToLive(): void;
  /** Back (or forth) within the window, by so many seconds. */
  seekBy(seconds: number): void;
  /** To a time of the video element within the window, seconds. */
  seek(timeS: number): void;
  /** As the menu does: the browser keeps the choice. */
  setP2p(policy: ShoalP2p): void;
  /** `auto`, or the name of one of `qualities`. */
  setQuality(name: string): void;
  /** As the question of `consent="ask"` does. */
  answerConsent(policy: ShoalP2p): void;
  toggleFullscreen(): void;
  togglePictureInPicture(): void;
  toggleCaptions(): void;
  /** Shows or hides the statistics. */
  toggleOverlay(): void;
  /** Once more, after a refusal. */
  retry(): void;
  stats(): ShoalPlayerStats;
  /** A text to paste anywhere: it holds no token, no key and no address. */
  diagnostic(): string;
  /** The same, to the clipboard. */
  copyDiagnostic(): Promise<void>;
}
