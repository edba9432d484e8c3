/**
 * What a viewer's picture would do: the player's own timelines, start point, rate control and comfort over what a
 * headless viewer holds, without a decoder. Tells every stall and how long it was.
 */
import type { Viewer } from '../../web/peer/viewer.ts';
import { Comfort } from '../../web/player/source/comfort.ts';
import { RateControl } from '../../web/player/source/rate-control.ts';
import { startPoint } from '../../web/player/source/start-point.ts';
import { TrackTimeline, type Unit } from '../../web/player/source/track-timeline.ts';

const TICK_MS = 50;
/** Media that a browser wants ahead of it before it goes on after a stall, microseconds. */
const RESUME_US = 150_000;
/** What a jump to live keeps of what is here, microseconds. */
const LANDING_US = 200_000;
const CONTIGUOUS_US = 120_000;
const SAME_STALL_MS = 500;

export interface Stall {
  /** On the clock of `performance.now()`. */
  atMs: number;
  ms: number;
}

export class Playback {
  readonly stalls: Stall[] = [];
  /** The longest time that this process did not run: no fault of the viewer's. */
  heldUpMs = 0;
  /** All such times together. */
  allHeldUpMs = 0;
  latencyMs = Infinity;
  bufferMs = 0;
  #viewer: Viewer;
  #timelines: TrackTimeline[] = [];
  #headUs: number | undefined;
  #stalled: Stall | undefined;
  #rate = new RateControl();
  #comfort = new Comfort();
  #lastMs = performance.now();
  #timer: ReturnType<typeof setInterval>;

  constructor(viewer: Viewer) {
    this.#viewer = viewer;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get plays(): boolean {
    return this.#headUs !== undefined && this.#stalled === undefined;
  }

  /** What it adds to the latency target for itself. */
  get comfortMs(): number {
    return this.#comfort.extraMs;
  }

  /** Stalls since a moment; one that goes on counts as far as it has come. */
  since(atMs: number): Stall[] {
    return this.stalls.filter((stall) => stall.atMs + stall.ms >= atMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    const elapsedMs = now - this.#lastMs;
    this.#lastMs = now;
    const heldUpMs = elapsedMs - TICK_MS;
    this.heldUpMs = Math.max(this.heldUpMs, heldUpMs);
    if (heldUpMs >= TICK_MS) this.allHeldUpMs += heldUpMs;
    const viewer = this.#viewer;
    if (!viewer.broadcast) return;
    if (this.#timelines.length === 0) {
      this.#timelines = viewer.tracks.map((track) =>
        new TrackTimeline(
          track,
          () => viewer.segments(track),
          (init) => viewer.init(track, init) !== undefined,
        )
      );
    }
    for (const timeline of this.#timelines) timeline.update(now);
    const liveUs = (viewer.serverNowMs() - viewer.broadcast.epochMs) * 1000;
    const targetMs = viewer.latencyTargetMs + this.#comfort.extraMs;
    this.#headUs ??= startPoint(this.#timelines.map((one) => this.#offer(one)), liveUs - targetMs * 1000);
    if (this.#headUs === undefined) return;
    this.#play(elapsedMs, now, liveUs, targetMs);
    this.latencyMs = (liveUs - this.#headUs) / 1000;
    viewer.setPlayhead({
      decodeTimeUs: Math.round(this.#headUs),
      bufferedUntilUs: Math.round(this.#readyUs()),
      playing: true,
    });
  }

  #play(elapsedMs: number, now: number, liveUs: number, targetMs: number): void {
    const bufferMs = Math.max(0, this.#readyUs() - this.#headUs!) / 1000;
    this.bufferMs = bufferMs;
    this.#comfort.look(bufferMs, now);
    const latencyMs = (liveUs - this.#headUs!) / 1000;
    const advice = this.#rate.next({ latencyMs, targetMs, bufferMs });
    if (advice === 'jump') {
      this.#headUs = Math.min(liveUs - targetMs * 1000, this.#readyUs() - LANDING_US);
      return;
    }
    if (this.#stalled) {
      this.#stalled.ms = now - this.#stalled.atMs;
      if (bufferMs * 1000 < RESUME_US && !this.#overGap()) return;
      this.#stalled = undefined;
    }
    const stepUs = elapsedMs * 1000 * advice;
    if (bufferMs * 1000 >= stepUs) this.#headUs! += stepUs;
    else if (!this.#overGap()) this.#stall(now);
  }

  /** One that follows another at once is the same to who looks. */
  #stall(now: number): void {
    const last = this.stalls.at(-1);
    if (last && now - last.atMs - last.ms < SAME_STALL_MS) this.#stalled = last;
    else this.stalls.push(this.#stalled = { atMs: now, ms: 0 });
  }

  /** Where the timelines go on behind a hole that was given up, so does playback; what is behind it may have its own. */
  #overGap(): boolean {
    const starts = this.#timelines.flatMap(({ units }) => units.map(({ startUs }) => startUs));
    const toUs = starts.toSorted((a, b) => a - b)
      .find((startUs) => startUs > this.#headUs! && this.#readyUs(startUs) - startUs >= RESUME_US);
    if (toUs === undefined) return false;
    this.#headUs = toUs;
    return true;
  }

  /** How far every track is here without a gap. */
  #readyUs(fromUs = this.#headUs!): number {
    return Math.min(...this.#timelines.map((timeline) => this.#endOf(timeline, fromUs)));
  }

  #endOf(timeline: TrackTimeline, fromUs: number): number {
    let endUs = fromUs;
    for (const unit of timeline.units) {
      const unitEndUs = this.#heldUntil(timeline, unit);
      if (unitEndUs <= endUs) continue;
      if (unit.startUs > endUs + CONTIGUOUS_US) break;
      endUs = unitEndUs;
    }
    return endUs;
  }

  #heldUntil({ track }: TrackTimeline, unit: Unit): number {
    const views = this.#viewer.segments(track).filter(({ segment }) => unit.segments.includes(segment));
    return Math.max(0, ...views.map(({ endUs }) => endUs ?? 0));
  }

  #offer(timeline: TrackTimeline) {
    const kind = this.#viewer.broadcast!.tracks.find(({ track }) => track === timeline.track)!.kind;
    const unit = timeline.units.at(-1);
    return { kind, units: timeline.units, readyUs: unit ? this.#heldUntil(timeline, unit) : 0 };
  }
}
