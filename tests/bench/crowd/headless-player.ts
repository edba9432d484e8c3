/** A viewer without a picture that plays all the same: a playhead that waits for media, as a player's does. */
import type { Viewer } from '../../../web/peer/viewer.ts';

const TICK_MS = 200;
/** A gap of a lost piece is skipped after this long, as the player does. */
const PATIENCE_MS = 3000;

export class HeadlessPlayer {
  /** Times the playhead had to wait, and for how long, milliseconds. */
  stalls = 0;
  stalledMs = 0;
  #viewer: Viewer;
  #timer: ReturnType<typeof setInterval> | undefined;
  #playheadUs: number | undefined;
  #dryMs = 0;
  #lastTickMs = 0;

  constructor(viewer: Viewer) {
    this.#viewer = viewer;
  }

  start(): void {
    this.#lastTickMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const sinceMs = now - this.#lastTickMs;
    this.#lastTickMs = now;
    const { broadcast, latencyTargetMs } = this.#viewer;
    if (!broadcast) return;
    const targetUs = (this.#viewer.serverNowMs() - broadcast.epochMs - latencyTargetMs) * 1000;
    if (this.#playheadUs === undefined) {
      if (bufferedUntil(this.#viewer, targetUs) > targetUs) this.#playheadUs = targetUs;
      return;
    }
    const bufferedUs = bufferedUntil(this.#viewer, this.#playheadUs);
    if (bufferedUs <= this.#playheadUs) {
      if (this.#dryMs === 0) this.stalls++;
      this.#dryMs += sinceMs;
      this.stalledMs += sinceMs;
      if (this.#dryMs > PATIENCE_MS) this.#playheadUs = targetUs;
    } else {
      this.#dryMs = 0;
      this.#playheadUs = Math.max(this.#playheadUs, Math.min(targetUs, bufferedUs));
    }
    const decodeTimeUs = Math.max(0, Math.round(this.#playheadUs));
    this.#viewer.setPlayhead({
      decodeTimeUs,
      bufferedUntilUs: Math.max(decodeTimeUs, Math.round(bufferedUntil(this.#viewer, decodeTimeUs))),
      playing: true,
    });
  }
}

/** Up to where all tracks are there without a gap from a time on, microseconds. */
function bufferedUntil(viewer: Viewer, fromUs: number): number {
  let least = Infinity;
  for (const track of viewer.tracks) {
    let untilUs = 0;
    for (const segment of viewer.segments(track)) {
      const endUs = segment.endUs ?? 0;
      if (endUs < fromUs) continue;
      untilUs = endUs;
      if (!segment.complete) break;
    }
    least = Math.min(least, untilUs);
  }
  return least === Infinity ? 0 : least;
}
