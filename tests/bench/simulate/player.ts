/**
 * A player's clockwork: starts at a keyframe as near to its target as what has come allows, plays what has come without
 * a gap, waits, and holds its latency by the shipped rate control and what it adds for itself where its buffer ran low.
 */
import { Comfort } from '../../../web/player/source/comfort.ts';
import { RateControl } from '../../../web/player/source/rate-control.ts';
import type { Playhead } from '../../../web/mesh/seams.ts';
import type { Arrivals } from './arrivals.ts';
import type { Stream, StreamPiece } from './stream.ts';

/** Media that must be there after a stall, and before the first picture. */
const RESUME_MS = 150;
const LEAST_AHEAD_MS = 120;
/** A gap that is this old is skipped. */
const GIVE_UP_MS = 10_000;
const AUDIO = 1;

export class Player {
  state: 'starting' | 'playing' | 'stalled' = 'starting';
  stalls = 0;
  stalledMs = 0;
  playedMs = 0;
  /** Before the first picture. */
  waitedMs = 0;
  /** The same over the whole visit. */
  allStalls = 0;
  allStalledMs = 0;
  /** Media milliseconds of the picture. */
  headMs = 0;
  targetMs: number;
  readonly #stream: Stream;
  readonly #arrivals: Arrivals;
  readonly #slot: number;
  /** Rendition that plays, since which media time, the one before, and the one to go over to. */
  #video = 0;
  #videoSinceMs = -Infinity;
  #videoBefore = 0;
  #wanted = 0;
  #rate = new RateControl();
  #comfort = new Comfort();
  /** Order of the first piece that is not here, by track. */
  #next: number[];

  constructor(stream: Stream, arrivals: Arrivals, slot: number, targetMs: number) {
    this.#stream = stream;
    this.#arrivals = arrivals;
    this.#slot = slot;
    this.targetMs = targetMs;
    this.#next = this.#startOrders(newestStart(stream)) ?? this.#tracks.map(() => 0);
    this.headMs = this.#bufferedUntilMs();
  }

  get playhead(): Playhead {
    return {
      decodeTimeUs: this.headMs * 1000,
      bufferedUntilUs: this.#bufferedUntilMs() * 1000,
      playing: this.state === 'playing',
    };
  }

  /** The video track that plays. */
  get video(): number {
    return this.#video;
  }

  /** Whether what is shown at this media time is of this track. */
  plays(track: number, mediaMs: number): boolean {
    if (track === AUDIO) return true;
    return track === (mediaMs >= this.#videoSinceMs ? this.#video : this.#videoBefore);
  }

  /** Goes over to another rendition where a segment of it begins and is here. */
  wantVideo(track: number): void {
    this.#wanted = track;
  }

  /** Counting begins anew. */
  forgetPast(): void {
    this.stalls =
      this.stalledMs =
      this.playedMs =
      this.waitedMs =
        0;
  }

  /** `liveMs`: media time at the live edge; `elapsedMs` since the last call. True when the first picture is shown. */
  tick(liveMs: number, elapsedMs: number): boolean {
    if (this.state === 'starting') {
      this.waitedMs += elapsedMs;
      return this.#start(liveMs);
    }
    this.#switch();
    this.#advance();
    const until = this.#bufferedUntilMs();
    if (this.state === 'stalled') {
      this.stalledMs += elapsedMs;
      this.allStalledMs += elapsedMs;
      if (until - this.headMs >= RESUME_MS) this.state = 'playing';
      else if (liveMs - this.headMs > GIVE_UP_MS) this.#skip(liveMs);
      return false;
    }
    // Where a picture element would say that it is now.
    const positionMs = Math.min(until, this.headMs + elapsedMs);
    const latencyMs = liveMs - positionMs;
    const bufferMs = until - positionMs;
    const targetMs = this.targetMs + this.#comfort.look(bufferMs, liveMs);
    const advice = this.#rate.next({ latencyMs, targetMs, bufferMs });
    if (advice === 'jump') {
      this.headMs = liveMs - targetMs;
      return false;
    }
    const wanted = this.headMs + elapsedMs * advice;
    if (wanted <= until) {
      this.headMs = wanted;
      this.playedMs += elapsedMs;
      return false;
    }
    this.playedMs += Math.max(0, until - this.headMs);
    this.headMs = Math.max(this.headMs, until);
    this.state = 'stalled';
    this.stalls++;
    this.allStalls++;
    return false;
  }

  /** Starts at the newest keyframe from which enough is here. */
  #start(liveMs: number): boolean {
    const video = this.#tracks[0]!;
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
      const readyMs = this.#bufferedUntilMs();
      if (readyMs - startMs < LEAST_AHEAD_MS) continue;
      this.headMs = Math.max(startMs, Math.min(liveMs - this.targetMs, readyMs - LEAST_AHEAD_MS));
      this.state = 'playing';
      return true;
    }
    return false;
  }

  #skip(liveMs: number): void {
    const before = this.headMs;
    if (this.#start(liveMs) && this.headMs > before) return;
    this.headMs = before;
    this.state = 'stalled';
  }

  #startOrders(start: StreamPiece | undefined): number[] | undefined {
    if (!start) return undefined;
    const orders: number[] = [];
    for (const track of this.#tracks) {
      let order = track.length - 1;
      while (order >= 0 && track[order]!.frame.record.decodeTimeUs >= start.frame.record.decodeTimeUs) {
        order--;
      }
      orders.push(order + 1);
    }
    return orders;
  }

  get #tracks(): StreamPiece[][] {
    return [this.#stream.tracks[this.#video]!, this.#stream.tracks[AUDIO]!];
  }

  /** The buffer ahead is played as it is: the new rendition begins at the end of it, or later. */
  #switch(): void {
    if (this.#wanted === this.#video) return;
    const pieces = this.#stream.tracks[this.#wanted]!;
    const missing = this.#stream.tracks[this.#video]![this.#next[0]!];
    const endMs = missing ? missing.frame.record.decodeTimeUs / 1000 : Infinity;
    for (let order = pieces.length - 1; order >= 0; order--) {
      const piece = pieces[order]!;
      const startMs = piece.frame.record.decodeTimeUs / 1000;
      if (startMs < this.headMs) return;
      if (!piece.startsSegment || startMs > endMs || !this.#arrivals.has(piece.serial, this.#slot)) continue;
      this.#videoBefore = this.#video;
      this.#video = this.#wanted;
      this.#videoSinceMs = startMs;
      this.#next[0] = order;
      return;
    }
  }

  #advance(): void {
    this.#tracks.forEach((track, i) => {
      while (this.#next[i]! < track.length && this.#arrivals.has(track[this.#next[i]!]!.serial, this.#slot)) {
        this.#next[i]!++;
      }
    });
  }

  #bufferedUntilMs(): number {
    let until = Infinity;
    this.#tracks.forEach((track, i) => {
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
