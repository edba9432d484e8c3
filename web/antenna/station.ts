/** A station: one channel that the antenna receives. A viewer without a picture, and the HLS that is made of it. */
import { Viewer, type ViewerState } from '../peer/viewer.ts';
import type { PeerEnvironment } from '../peer/environment.ts';
import type { ViewerStats } from '../peer/viewer-stats.ts';
import { HlsShelf } from './hls-shelf.ts';
import type { WatchAddress } from './options.ts';

export interface StationOptions extends WatchAddress {
  /** What the station is called in addresses. */
  name: string;
  environment: PeerEnvironment;
  uploadKbps?: number;
  /** Told whenever the state changes, for the log. */
  onState: (station: Station) => void;
}

/** What a station is about at the moment. */
export interface StationStatus {
  name: string;
  title: string;
  state: ViewerState;
  /** Why, for a person. */
  reason?: string;
  /** Behind the encoder, seconds: the newest that is served. */
  behindS?: number;
  skippedSegments: number;
  stats: ViewerStats;
}

const TICK_MS = 200;
/** Playlists span this much. Less than a channel's least window and much more than a player's three segments. */
const WINDOW_S = 20;
/**
 * Where the playhead is said to be. Players of plain HLS are six seconds and more behind; a later deadline leaves
 * more to the peers and less to the edge.
 */
const LAG_MS = 3000;

export class Station {
  readonly name: string;
  readonly shelf = new HlsShelf(WINDOW_S);
  readonly #viewer: Viewer;
  readonly #options: StationOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #wake: (() => void)[] = [];

  constructor(options: StationOptions) {
    this.name = options.name;
    this.#options = options;
    const { edgeUrl, channel, token, uploadKbps, environment } = options;
    this.#viewer = new Viewer({
      edgeUrl,
      channel,
      environment,
      ...(token !== undefined && { token }),
      ...(uploadKbps !== undefined && { uploadKbps }),
    });
    this.#viewer.on('state', () => this.#options.onState(this));
  }

  start(): void {
    this.#viewer.start();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#viewer.stop();
    this.#nudge();
  }

  get title(): string {
    return this.#viewer.title || this.#options.channel;
  }

  get state(): ViewerState {
    return this.#viewer.state;
  }

  /** Tracks that are received, as the main playlist lists them. */
  get tracks(): number[] {
    return this.#viewer.tracks;
  }

  /** Resolves when there is something to play, or after `limitMs`. */
  async ready(limitMs: number): Promise<boolean> {
    const end = performance.now() + limitMs;
    while (!this.shelf.isReady && performance.now() < end && this.state !== 'refused') {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - performance.now());
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.shelf.isReady;
  }

  status(): StationStatus {
    const { state, reason, broadcast } = this.#viewer;
    const { endUs, skipped } = this.shelf;
    const behindMs = broadcast && endUs !== undefined
      ? this.#viewer.serverNowMs() - broadcast.epochMs - endUs / 1000
      : undefined;
    return {
      name: this.name,
      title: this.title,
      state,
      ...(reason && { reason: reason.message }),
      ...(behindMs !== undefined && { behindS: Math.round(behindMs / 100) / 10 }),
      skippedSegments: skipped,
      stats: this.#viewer.stats(),
    };
  }

  #tick(): void {
    this.shelf.update(this.#viewer, Date.now());
    this.#nudge();
    const { broadcast } = this.#viewer;
    if (!broadcast) return;
    const liveUs = (this.#viewer.serverNowMs() - broadcast.epochMs) * 1000;
    const decodeTimeUs = Math.max(0, Math.round(liveUs - LAG_MS * 1000));
    const bufferedUntilUs = Math.max(decodeTimeUs, this.shelf.endUs ?? 0);
    this.#viewer.setPlayhead({ decodeTimeUs, bufferedUntilUs, playing: true });
    this.#viewer.setPlayback({
      stalls: this.shelf.skipped,
      stallMs: 0,
      latencyMs: LAG_MS,
      bufferMs: (bufferedUntilUs - decodeTimeUs) / 1000,
    });
  }

  #nudge(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
