/**
 * How far media that anybody has falls behind what is cut: where a busy machine holds up encoder, origin or edge, all
 * viewers wait for it, however well they feed each other. Media counts that every track has reached somewhere.
 */
import { trackOf } from '../../protocol/piece-index.ts';
import type { Viewer } from '../../web/peer/viewer.ts';

const LOOK_MS = 50;

export class SourceWatch {
  /** End of the newest piece that reached anybody, by track, microseconds of media. */
  #newestUs = new Map<number, number>();
  #usualMs = Infinity;
  #mostMs = 0;
  #timer: ReturnType<typeof setInterval>;

  /** `viewers` may grow; the clock is that of the first. */
  constructor(viewers: () => Viewer[]) {
    this.#timer = setInterval(() => {
      const [viewer] = viewers();
      if (!viewer?.broadcast || this.#newestUs.size < viewer.broadcast.tracks.length) return;
      const nowMs = viewer.serverNowMs() - viewer.broadcast.epochMs;
      const behindMs = nowMs - Math.min(...this.#newestUs.values()) / 1000;
      this.#usualMs = Math.min(this.#usualMs, behindMs);
      this.#mostMs = Math.max(this.#mostMs, behindMs);
    }, LOOK_MS);
  }

  watch(viewer: Viewer): void {
    viewer.on('piece', ({ index, record }) => {
      const track = trackOf(index);
      const endUs = record.decodeTimeUs + record.durationUs;
      this.#newestUs.set(track, Math.max(endUs, this.#newestUs.get(track) ?? 0));
    });
  }

  /** How much later than usual it has been at most since `reset`. */
  get lateMs(): number {
    return Math.max(0, this.#mostMs - this.#usualMs);
  }

  reset(): void {
    this.#mostMs = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
