/** A player's clockwork: starts at a keyframe, plays what has come without a gap, waits, and drifts to its target. */
import type { Playhead } from '../../../web/mesh/seams.ts';
import type { Arrivals } from './arrivals.ts';
import type { Stream, StreamPiece } from './stream.ts';

/** Media that must be there before the first picture, and after a stall. */
const START_MS = 300;
const RESUME_MS = 200;
/** A gap that is this old is skipped. */
const GIVE_UP_MS = 10_000;
const CATCH_UP_RATE = 1.05;
const FALL_BACK_RATE = 0.95;
const DRIFT_FREE_MS = 100;

export class Player {
  state: 'starting' | 'playing' | 'stalled' = 'starting';
  stalls = 0;
  stalledMs = 0;
  playedMs = 0;
  /** Media milliseconds of the picture. */
  headMs = 0;
  targetMs: number;
  readonly #stream: Stream;
  readonly #arrivals: Arrivals;
  readonly #slot: number;
  /** Order of the first piece that is not here, by track. */
  #next: number[];

  constructor(stream: Stream, arrivals: Arrivals, slot: number, targetMs: number) {
    this.#stream = stream;
    this.#arrivals = arrivals;
    this.#slot = slot;
    this.targetMs = targetMs;
    this.#next = this.#startOrders(newestStart(stream)) ?? stream.tracks.map(() => 0);
    this.headMs = this.#bufferedUntilMs();
  }

  get playhead(): Playhead {
    return {
      decodeTimeUs: this.headMs * 1000,
      bufferedUntilUs: this.#bufferedUntilMs() * 1000,
      playing: this.state === 'playing',
    };
  }

  /** `liveMs`: media time at the live edge; `elapsedMs` since the last call. True when the first picture is shown. */
  tick(liveMs: number, elapsedMs: number): boolean {
    if (this.state === 'starting') return this.#start();
    this.#advance();
    const until = this.#bufferedUntilMs();
    if (this.state === 'stalled') {
      this.stalledMs += elapsedMs;
      if (until - this.headMs >= RESUME_MS) this.state = 'playing';
      else if (liveMs - this.headMs > GIVE_UP_MS) this.#skip();
      return false;
    }
    const off = liveMs - this.headMs - this.targetMs;
    const rate = Math.abs(off) <= DRIFT_FREE_MS ? 1 : off > 0 ? CATCH_UP_RATE : FALL_BACK_RATE;
    const wanted = this.headMs + elapsedMs * rate;
    if (wanted <= until) {
      this.headMs = wanted;
      this.playedMs += elapsedMs;
      return false;
    }
    this.playedMs += Math.max(0, until - this.headMs);
    this.headMs = Math.max(this.headMs, until);
    this.state = 'stalled';
    this.stalls++;
    return false;
  }

  /** Starts at the newest keyframe from which enough is here. */
  #start(): boolean {
    const video = this.#stream.tracks[0]!;
    for (let order = video.length - 1, tried = 0; order >= 0 && tried < 4; order--) {
      const piece = video[order]!;
      if (!piece.startsSegment) continue;
      tried++;
      if (!this.#arrivals.has(piece.serial, this.#slot)) continue;
      const orders = this.#startOrders(piece);
      if (!orders) continue;
      this.#next = orders;
      this.#advance();
      const startMs = piece.frame.record.decodeTimeUs / 1000;
      if (this.#bufferedUntilMs() - startMs < START_MS) continue;
      this.headMs = startMs;
      this.state = 'playing';
      return true;
    }
    return false;
  }

  #skip(): void {
    const before = this.headMs;
    if (this.#start() && this.headMs > before) return;
    this.headMs = before;
    this.state = 'stalled';
  }

  #startOrders(start: StreamPiece | undefined): number[] | undefined {
    if (!start) return undefined;
    const orders: number[] = [];
    for (const track of this.#stream.tracks) {
      let order = track.length - 1;
      while (order >= 0 && track[order]!.frame.record.decodeTimeUs >= start.frame.record.decodeTimeUs) {
        order--;
      }
      orders.push(order + 1);
    }
    return orders;
  }

  #advance(): void {
    this.#stream.tracks.forEach((track, i) => {
      while (this.#next[i]! < track.length && this.#arrivals.has(track[this.#next[i]!]!.serial, this.#slot)) {
        this.#next[i]!++;
      }
    });
  }

  #bufferedUntilMs(): number {
    let until = Infinity;
    this.#stream.tracks.forEach((track, i) => {
      const missing = track[this.#next[i]!];
      const end = missing ? missing.frame.record.decodeTimeUs / 1000 : track.at(-1)?.cutMs ?? 0;
      if (end < until) until = end;
    });
    return until;
  }
}

/** The newest video piece that starts a segment. */
export function newestStart(stream: Stream): StreamPiece | undefined {
  return stream.tracks[0]!.findLast((piece) => piece.startsSegment);
}
