/** What a page may use of `shoal-embed.js`: types only, and they import nobody: the `.d.ts` of the npm package. */

export interface ShoalEmbedOptions {
  /** Origin of the edge, as `https://live.example`. */
  edge: string;
  channel: string;
  autoplay?: boolean;
  muted?: boolean;
  controls?: boolean;
  p2p?: 'on' | 'relay' | 'off';
  consent?: 'given' | 'ask';
  /** `auto`, or a height as `720p`. */
  quality?: string;
  /** BCP 47. */
  lang?: string;
  latencyMs?: number;
  uploadKbps?: number;
  /** Shown to screen readers. */
  title?: string;
  /** Where a playback token comes from: asked at the start, when it is about to end, and after a refusal for it. */
  token?: () => string | Promise<string>;
}

/** What the player says of itself; the details are those of the events in docs/player.md. */
export interface ShoalEmbedEvents {
  ready: undefined;
  state: { state: string; reason?: { code: string; message: string }; title: string };
  stats: Record<string, number>;
  playing: { paused: boolean; muted: boolean; volume: number };
  error: { code: string; message: string };
  tokenneeded: { reason: string };
}

/** A player in an iframe, driven from outside. */
export interface ShoalEmbedPlayer {
  readonly iframe: HTMLIFrameElement;
  play(): void;
  pause(): void;
  mute(): void;
  unmute(): void;
  /** 0 to 1. */
  setVolume(volume: number): void;
  jumpToLive(): void;
  /** Back (or forth) within the window. */
  seekBy(seconds: number): void;
  setP2p(policy: 'on' | 'relay' | 'off'): void;
  setQuality(name: string): void;
  setToken(token: string): void;
  retry(): void;
  /** Answers a function that takes the listener off again. */
  on<Name extends keyof ShoalEmbedEvents>(
    name: Name,
    listener: (detail: ShoalEmbedEvents[Name]) => void,
  ): () => void;
  /** Takes the player out of the page. */
  destroy(): void;
}
