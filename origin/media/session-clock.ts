/**
 * From an encoder's timestamps to the broadcast's media time (milliseconds since its time zero).
 *
 * A session starts at max(wall clock, end of what was cut before). Audio and video share one offset, so they stay
 * in step. A jump of the timestamps is rebased the same way as a new session; the second track to jump joins the
 * first one's new offset where that fits. A clock that runs a little fast or slow is followed.
 */
import { UnsupportedMedia } from '../rtmp/seam.ts';
import { ClockDrift } from './clock-drift.ts';
import { Pace } from './pace.ts';

export type MediaKind = 'video' | 'audio';

/** A step back of more than this is a jump. */
const BACK_MS = 500;
/** A step forward of more than this is a jump. */
const FORWARD_MS = 3000;
/** Media times of the two tracks lie within this of each other. */
const TOGETHER_MS = 3000;
/** More jumps than this within JUMPS_WITHIN_MS: the encoder's timestamps are of no use. */
const MAX_JUMPS = 20;
const JUMPS_WITHIN_MS = 10_000;

export interface SessionClockOptions {
  /** Wall clock since the broadcast's time zero. */
  elapsedMs: () => number;
  /** End of the last sample taken so far on any track. */
  lastEndMs: () => number;
}

export class SessionClock {
  readonly #options: SessionClockOptions;
  readonly #tracks = new Map<MediaKind, { offset: number; last: number }>();
  readonly #jumps: number[] = [];
  readonly #drift: ClockDrift;
  readonly #pace = new Pace();
  #offset: number | undefined;
  #newest = 0;

  constructor(options: SessionClockOptions) {
    this.#options = options;
    this.#drift = new ClockDrift(options.elapsedMs);
  }

  /** `jumped`: the time does not follow from this track's last one. Throws UnsupportedMedia when it always jumps, or runs ahead. */
  map(kind: MediaKind, timestampMs: number): { timeMs: number; jumped: boolean } {
    this.#offset ??= this.#start() - timestampMs;
    let track = this.#tracks.get(kind);
    if (!track) {
      track = { offset: this.#offset, last: timestampMs };
      this.#tracks.set(kind, track);
      if (this.#tracks.size > 1 && !this.#fits(timestampMs)) this.#rebase(track, timestampMs);
    }
    const step = timestampMs - track.last;
    track.last = timestampMs;
    const jumped = step < -BACK_MS || step > FORWARD_MS;
    if (jumped) this.#rebase(track, timestampMs);
    const timeMs = timestampMs + track.offset;
    this.#newest = Math.max(this.#newest, timeMs);
    if (!this.#pace.follow(timeMs, this.#options.elapsedMs())) {
      throw new UnsupportedMedia('media comes faster than it plays: send it in real time (ffmpeg: -re)');
    }
    return { timeMs: timeMs + this.#drift.follow(timeMs), jumped };
  }

  #rebase(track: { offset: number }, timestampMs: number): void {
    const otherHasMoved = track.offset !== this.#offset;
    if (!otherHasMoved || !this.#fits(timestampMs)) {
      this.#countJump();
      this.#offset = this.#start() - this.#drift.addedMs - timestampMs;
      this.#drift.restart();
    }
    track.offset = this.#offset!;
  }

  #fits(timestampMs: number): boolean {
    return Math.abs(timestampMs + this.#offset! - this.#newest) < TOGETHER_MS;
  }

  #start(): number {
    return Math.max(0, this.#options.elapsedMs(), this.#options.lastEndMs());
  }

  #countJump(): void {
    const now = this.#options.elapsedMs();
    this.#jumps.push(now);
    while (now - this.#jumps[0]! > JUMPS_WITHIN_MS) this.#jumps.shift();
    if (this.#jumps.length > MAX_JUMPS) {
      throw new UnsupportedMedia('the timestamps jump again and again: restart the encoder');
    }
  }
}
