/** Plays a recorded file in a video element by Media Source Extensions, a segment at a time around the playhead. */
import type { ByteSource } from './byte-source.ts';
import { type MovieIndex, readMovieIndex, segmentFor } from './movie-index.ts';

/** The file's header has its index; it fills the first torrent piece. */
const HEADER_BYTES = 512 * 1024;
/** Media held before and behind the playhead. */
const AHEAD_S = 30;
const BEHIND_S = 20;
/** A seam of this much between two segments is passed over. */
const SEAM_S = 1;
/** With this much in hand the edge is left out; with this little it helps. */
const RICH_S = 15;
const POOR_S = 8;
/** Segments fetched past the playhead that show nothing at it. */
const MOST_BLIND = 2;
const TICK_MS = 250;
const RETRY_MS = 2000;

export interface ReplayPlayerOptions {
  video: HTMLVideoElement;
  source: ByteSource;
  /** RFC 6381, with commas between the tracks. */
  codecs: string;
  /** Something failed that is tried again, or (`isFinal`) not. */
  onTrouble: (message: string, isFinal: boolean) => void;
}

export class ReplayPlayer {
  readonly #options: ReplayPlayerOptions;
  readonly #media = new MediaSource();
  #buffer: SourceBuffer | undefined;
  #index: MovieIndex | undefined;
  #next = 0;
  #busy = false;
  #quietUntil = 0;
  #fetching = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #url = URL.createObjectURL(this.#media);

  constructor(options: ReplayPlayerOptions) {
    this.#options = options;
  }

  static isSupported(codecs: string): boolean {
    return 'MediaSource' in globalThis && MediaSource.isTypeSupported(typeOf(codecs));
  }

  /** Resolves when the first bytes are in. Rejects when the header cannot be had or read. */
  async start(): Promise<void> {
    const { video, source, codecs } = this.#options;
    video.src = this.#url;
    await new Promise((resolve) => this.#media.addEventListener('sourceopen', resolve, { once: true }));
    const header = await source.bytes(0, HEADER_BYTES, this.#fetching.signal);
    this.#index = readMovieIndex(header);
    this.#media.duration = this.#index.durationS;
    this.#buffer = this.#media.addSourceBuffer(typeOf(codecs));
    await this.#append(header.subarray(0, this.#index.initBytes) as Uint8Array<ArrayBuffer>);
    video.addEventListener('seeking', this.#onSeeking);
    this.#timer = setInterval(() => void this.#tick(), TICK_MS);
    void this.#tick();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#fetching.abort();
    this.#options.video.removeEventListener('seeking', this.#onSeeking);
    URL.revokeObjectURL(this.#url);
  }

  readonly #onSeeking = (): void => {
    const { currentTime } = this.#options.video;
    const { segments } = this.#index!;
    const end = this.#bufferedEnd(currentTime);
    const goesOn = end === undefined ? -1 : segments.findIndex(({ endS }) => endS > end + SEAM_S / 2);
    const next = goesOn >= 0
      ? goesOn
      : end === undefined
      ? segmentFor(segments, currentTime)
      : segments.length;
    if (next === this.#next) return;
    // What is on its way is for another place.
    this.#fetching.abort();
    this.#fetching = new AbortController();
    this.#next = Math.max(0, next);
    void this.#tick();
  };

  async #tick(): Promise<void> {
    this.#choose();
    if (this.#busy || performance.now() < this.#quietUntil) return;
    this.#busy = true;
    try {
      this.#crossSeam();
      await this.#evict();
      while (this.#wantsMore()) await this.#fetchNext();
      this.#finish();
    } catch (error) {
      if (!this.#fetching.signal.aborted && (error as Error).name !== 'AbortError') {
        this.#quietUntil = performance.now() + RETRY_MS;
        this.#options.onTrouble((error as Error).message, false);
      }
    } finally {
      this.#busy = false;
    }
  }

  #choose(): void {
    const { currentTime } = this.#options.video;
    const ahead = (this.#bufferedEnd(currentTime) ?? currentTime) - currentTime;
    if (ahead > RICH_S) this.#options.source.relyOnPeers(true);
    if (ahead < POOR_S) this.#options.source.relyOnPeers(false);
  }

  async #fetchNext(): Promise<void> {
    const { signal } = this.#fetching;
    const at = this.#next;
    const { start, end } = this.#index!.segments[at]!;
    const bytes = await this.#options.source.bytes(start, end, signal);
    // A seek while it came: begin where the playhead is now.
    if (signal.aborted) return;
    await this.#append(bytes);
    if (this.#next === at) this.#next = at + 1;
  }

  #wantsMore(): boolean {
    const { segments } = this.#index!;
    if (this.#next >= segments.length) return false;
    const { currentTime } = this.#options.video;
    const end = this.#bufferedEnd(currentTime);
    if (end !== undefined) return end < currentTime + AHEAD_S;
    // Nothing to show although it was fetched: no more than a little further.
    return this.#next <= segmentFor(segments, currentTime) + MOST_BLIND;
  }

  /** Where the range that holds this moment, or begins right after it, ends. */
  #bufferedEnd(timeS: number): number | undefined {
    const { buffered } = this.#options.video;
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= timeS + SEAM_S && timeS < buffered.end(i)) return buffered.end(i);
    }
    return undefined;
  }

  #crossSeam(): void {
    const { video } = this.#options;
    if (video.paused || video.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const { buffered, currentTime } = video;
    for (let i = 0; i < buffered.length; i++) {
      const ahead = buffered.start(i) - currentTime;
      if (ahead > 0 && ahead < SEAM_S) video.currentTime = buffered.start(i) + 0.01;
    }
  }

  #finish(): void {
    const { readyState } = this.#media;
    if (this.#next < this.#index!.segments.length || readyState !== 'open' || this.#buffer!.updating) return;
    this.#media.endOfStream();
  }

  async #evict(): Promise<void> {
    const { buffered } = this.#buffer!;
    const until = this.#options.video.currentTime - BEHIND_S;
    if (buffered.length === 0 || buffered.start(0) >= until - BEHIND_S) return;
    this.#buffer!.remove(0, until);
    await this.#updated();
  }

  async #append(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#buffer!.appendBuffer(bytes);
    await this.#updated();
  }

  #updated(): Promise<void> {
    const buffer = this.#buffer!;
    return new Promise((resolve, reject) => {
      buffer.addEventListener('updateend', () => resolve(), { once: true });
      buffer.addEventListener('error', () => reject(new Error('the browser cannot decode this recording')), {
        once: true,
      });
    });
  }
}

function typeOf(codecs: string): string {
  return `video/mp4; codecs="${codecs}"`;
}
