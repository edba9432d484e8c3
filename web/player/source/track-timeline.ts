/**
 * The timeline of one track as a player walks it: units that can each be decoded from their beginning, in an order
 * that never changes once told.
 *
 * A unit is a segment that begins with a sync sample, and the dependent ones that were cut off it by force. Segments
 * come out of order and may never come at all, so one is admitted only when it follows the last one without a gap, or
 * says that the timeline breaks there, or has been waited for long enough. What comes later than its successor is left
 * out: a loader's position in the list stays true.
 */
import { segmentDistance } from '../../../protocol/piece-index.ts';
import type { SegmentView } from '../../peer/shelf.ts';

/** How long a hole is waited for when something that can be played lies behind it. */
export const HOLE_WAIT_MS = 2500;
/** A hole longer than this is what an outage left: the mesh goes on behind it, and so does playback, at once. */
const OUTAGE_US = 3_000_000;
const OUTAGE_WAIT_MS = 200;
/** Two segments this close follow each other: cuts of audio and video differ by a frame or two. */
const CONTIGUOUS_US = 120_000;
/** How far an open unit is taken to reach beyond what is known of it. */
const OPEN_UNIT_US = 2_000_000;

export interface Unit {
  /** Segment numbers, the independent one first. */
  segments: number[];
  startUs: number;
  /** Where it ends, as far as known; an estimate while `open`. */
  endUs: number;
  /** More may come. */
  open: boolean;
  initSegment: number;
  discontinuity: boolean;
}

export class TrackTimeline {
  #units: Unit[] = [];
  #evicted = 0;
  #waitingSince: number | undefined;
  #ended = false;
  #wake: (() => void)[] = [];

  /**
   * @param read Segments of the track in playing order, as far as they are here.
   * @param hasInit Whether the init segment of that number is here: nothing plays without it.
   */
  constructor(
    readonly track: number,
    private readonly read: () => SegmentView[],
    private readonly hasInit: (initSegment: number) => boolean,
  ) {}

  /** Units in playing order. */
  get units(): readonly Unit[] {
    return this.#units;
  }

  /** Looks at what has come. Answers whether a unit was added, grew over its estimate, or left. */
  update(nowMs: number): boolean {
    const views = this.read();
    let changed = this.#evict(views);
    for (const view of views) changed = this.#admit(view, nowMs) || changed;
    changed = this.#grow(views) || changed;
    this.nudge();
    return changed;
  }

  /** The unit after this one, if it is here. */
  after(unit: Unit): Unit | undefined {
    return this.#units.find((each) => segmentDistance(unit.segments[0]!, each.segments[0]!) > 0);
  }

  /** Nothing more will come: readers finish. */
  end(): void {
    this.#ended = true;
    this.nudge();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves at the next update, at the end, or when nudged. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  /** Lets readers look again: one of them was aborted. */
  nudge(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }

  #evict(views: SegmentView[]): boolean {
    const before = this.#evicted;
    while (this.#units.length > 1) {
      const unit = this.#units[0]!;
      if (views.some((view) => unit.segments.includes(view.segment))) break;
      this.#units.shift();
      this.#evicted++;
    }
    return this.#evicted !== before;
  }

  #admit(view: SegmentView, nowMs: number): boolean {
    const last = this.#units.at(-1);
    const tail = last?.segments.at(-1);
    if (tail !== undefined && segmentDistance(tail, view.segment) <= 0) return false;
    if (view.startUs === undefined || view.initSegment === undefined || !this.hasInit(view.initSegment)) {
      return false;
    }
    if (!last) {
      if (view.dependent) return false;
    } else if (!this.#follows(last, view, nowMs)) {
      return false;
    }
    this.#waitingSince = undefined;
    if (view.dependent) {
      last!.segments.push(view.segment);
      return true;
    }
    if (last) {
      last.open = false;
      if (!view.discontinuity) last.endUs = view.startUs;
      else last.endUs = Math.min(last.endUs, view.startUs);
    }
    this.#units.push({
      segments: [view.segment],
      startUs: view.startUs,
      endUs: Math.max(view.endUs ?? 0, view.startUs + OPEN_UNIT_US),
      open: true,
      initSegment: view.initSegment,
      discontinuity: view.discontinuity,
    });
    return true;
  }

  /** Whether `view` comes right after the last unit, or is to be taken for that. */
  #follows(last: Unit, view: SegmentView, nowMs: number): boolean {
    const tail = this.read().find((each) => each.segment === last.segments.at(-1));
    const whole = tail?.complete === true && tail.endUs !== undefined;
    if (view.discontinuity && !view.dependent && whole) return true;
    if (whole && Math.abs(view.startUs! - tail.endUs!) <= CONTIGUOUS_US) return true;
    this.#waitingSince ??= nowMs;
    const endUs = tail?.endUs ?? last.startUs;
    const waitMs = view.startUs! - endUs > OUTAGE_US ? OUTAGE_WAIT_MS : HOLE_WAIT_MS;
    // A dependent segment cannot be decoded over a hole: it is passed by until an independent one comes.
    return !view.dependent && nowMs - this.#waitingSince >= waitMs;
  }

  #grow(views: SegmentView[]): boolean {
    const last = this.#units.at(-1);
    if (!last) return false;
    const tail = views.find((view) => view.segment === last.segments.at(-1));
    if (tail?.endUs === undefined || tail.endUs <= last.endUs) return false;
    last.endUs = tail.endUs + OPEN_UNIT_US;
    return true;
  }
}
