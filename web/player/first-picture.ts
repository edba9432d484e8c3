/** Notices the first picture of a broadcast, and how long the very first one took. */
export class FirstPicture {
  readonly #bornAt = performance.now();
  #startupMs = 0;
  #disarm: () => void = () => {};

  constructor(private readonly video: HTMLVideoElement, private readonly seen: () => void) {}

  /** Milliseconds from the start of the session to the first picture; 0 before it. */
  get startupMs(): number {
    return this.#startupMs;
  }

  /**
   * Waits for the next picture, or, where there is none to come, for the clock to move. Not every browser that knows
   * frame callbacks makes them (WebKitGTK calls none): a moving clock with new frames counted will do as well.
   */
  arm(): void {
    this.#disarm();
    const { video } = this;
    const startS = video.currentTime;
    const startFrames = framesOf(video);
    const moved = () => {
      if (video.readyState < 3 || video.currentTime === startS || video.seeking) return;
      const counted = framesOf(video);
      if (video.videoWidth === 0 || (counted > 0 && counted !== startFrames)) done();
    };
    const frames = 'requestVideoFrameCallback' in video;
    const frame = frames ? video.requestVideoFrameCallback(() => done()) : 0;
    const first = () => !frames && done();
    video.addEventListener('timeupdate', moved);
    video.addEventListener('playing', first);
    this.#disarm = () => {
      if (frames) video.cancelVideoFrameCallback(frame);
      video.removeEventListener('timeupdate', moved);
      video.removeEventListener('playing', first);
      this.#disarm = () => {};
    };
    const done = () => {
      this.#disarm();
      if (this.#startupMs === 0) this.#startupMs = Math.max(1, Math.round(performance.now() - this.#bornAt));
      this.seen();
    };
  }

  stop(): void {
    this.#disarm();
  }
}

/** Frames so far; browsers begin again at 0 after some seeks. */
function framesOf(video: HTMLVideoElement): number {
  return video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
}
