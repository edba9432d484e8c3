/**
 * Runs: aligned seconds of media from the edge, one cacheable request a second for all who have no peers.
 *
 * Looks at every second of the stream once it should be there. Held whole: nothing to do. Not held, and neither
 * neighbours nor feeds: fetched at once. Else it is left to those and to single repairs, unless nothing newer has
 * come either, which is the sign that the whole neighbourhood has run dry.
 */
import type { PieceFrame } from '../../protocol/frame.ts';
import { RUN_MS, runMediaPath } from '../../protocol/media.ts';
import { EdgeBusy } from '../mesh/seams.ts';
import type { EdgeMedia } from './edge-media.ts';
import type { PeerEnvironment } from './environment.ts';
import type { Shelf } from './shelf.ts';

export interface RunFetcherOptions {
  environment: PeerEnvironment;
  media: EdgeMedia;
  mediaPath: string;
  shelf: Shelf;
  /** The edge's clock as decode time, milliseconds since the broadcast's time zero. */
  mediaNowMs(): number;
  tracks(): number[];
  /** Whether media comes some other way: from neighbours, or by feeds. */
  isFed(): boolean;
  /** Whether neighbours may be on their way at the beginning. */
  mayMeet: boolean;
  /** How far behind the live edge playback is meant to be, milliseconds. */
  targetMs(): number;
  /** How long ago neighbours or feeds brought anything, milliseconds. */
  quietMs(): number;
  /** Neighbours that might tell of each other's silence. */
  neighbours(): number;
  /** From this decode time on, milliseconds, runs bring everything: single pieces would come twice. Infinity: nothing. */
  runsFrom(ms: number): void;
  /** A run of these tracks is on its way; none: no more. */
  awaits(tracks: number[]): void;
  take(frame: PieceFrame): void;
  /** Too far behind to catch up second by second (a page was frozen): begin again at the newest keyframe. */
  fellBehind(): void;
}

/** How long after its end a second is looked at. Learnt from runs that were still open. */
const LATE_MS = 250;
/**
 * By who is fed otherwise, later, yet with this much of the latency target left. In a crowd at any moment up to the
 * last one: when an encoder pauses they do not all ask, and what one gets it passes on.
 */
const LEFT_WHEN_FED_MS = 500;
const LEAST_LATE_WHEN_FED_MS = 800;
const LATE_IN_A_CROWD_MS = 2500;
const CROWD = 4;
const MOST_LATE_MS = 2500;
const LATE_STEP_MS = 100;
/** Whoever is fed and gets nothing for so long has run dry. */
const QUIET_MS = 400;
/** A run may end so much behind its second: in the middle of its last piece. */
const BEGUN_MS = 200;
/** Spread of viewers over the moment after a second has ended. */
const SPREAD_MS = 150;
/** After the join: what it brought lasts longer, and most have met somebody by then. It is waited for so long. */
const MEET_MS = 700;
const MOST_JOIN_MS = 2500;
const MOST_BEHIND_MS = 8000;
/** Longest pause between two looks while the encoder is silent. */
const MOST_QUIET = 3;
const TIMEOUT_MS = 4000;

export class RunFetcher {
  #options: RunFetcherOptions;
  #second: number;
  #lateMs = LATE_MS;
  #spreadMs: number;
  /** Before this, by the environment's clock, neighbours are waited for. */
  #notBefore: number;
  #quiet = 0;
  #timer: number | undefined;
  #abort: AbortController | undefined;
  /** Fed, but nothing has come: seconds are looked at as by one who is not. */
  #isDry = false;
  #closed = false;

  constructor(options: RunFetcherOptions) {
    this.#options = options;
    this.#spreadMs = options.environment.random() * SPREAD_MS;
    this.#notBefore = options.environment.now() + (options.mayMeet ? MOST_JOIN_MS : 0);
    this.#second = Math.max(0, Math.floor(options.mediaNowMs() / RUN_MS));
    this.#later();
  }

  /** Neighbours or feeds are gone, or there: what was put off may be due. */
  changed(): void {
    if (this.#abort) return;
    this.#options.environment.clearTimer(this.#timer ?? 0);
    this.#later();
  }

  /** The join is through, or there is none. */
  joined(): void {
    this.#notBefore = Math.min(this.#notBefore, this.#options.environment.now() + MEET_MS);
    this.changed();
  }

  close(): void {
    this.#closed = true;
    this.#options.environment.clearTimer(this.#timer ?? 0);
    this.#abort?.abort();
  }

  #later(extraMs = 0): void {
    if (this.#closed) return;
    const { environment, mediaNowMs, isFed, runsFrom } = this.#options;
    const fed = isFed();
    runsFrom(fed ? Infinity : this.#second * RUN_MS);
    const lateMs = fed && !this.#isDry ? this.#patienceMs() : this.#lateMs;
    const due = (this.#second + 1) * RUN_MS + lateMs + this.#spreadMs;
    const delay = Math.max(0, due - mediaNowMs(), this.#notBefore - environment.now(), extraMs);
    this.#timer = environment.setTimer(delay, () => void this.#look());
  }

  #patienceMs(): number {
    const { environment, targetMs, neighbours } = this.#options;
    const leastMs = Math.max(LEAST_LATE_WHEN_FED_MS, targetMs() - LEFT_WHEN_FED_MS);
    if (neighbours() < CROWD) return leastMs;
    return leastMs + environment.random() * Math.max(0, LATE_IN_A_CROWD_MS - leastMs);
  }

  async #look(): Promise<void> {
    const { mediaNowMs, fellBehind } = this.#options;
    if (mediaNowMs() - (this.#second + 1) * RUN_MS > MOST_BEHIND_MS) {
      this.#second = Math.floor(mediaNowMs() / RUN_MS);
      fellBehind();
      return this.#later();
    }
    const needs = this.#needs(this.#second);
    if (needs && this.#isDry && this.#isBegun()) {
      this.#isDry = false;
      return this.#later();
    }
    this.#isDry = needs && this.#options.isFed();
    if (!needs) return this.#next();
    try {
      const [state, count] = await this.#fetch(this.#second);
      if (this.#closed) return;
      if (state === 'open') {
        this.#lateMs = Math.min(MOST_LATE_MS, this.#lateMs + LATE_STEP_MS);
        if (count > 0) this.#quiet = 0;
        else this.#quiet++;
        if (count > 0 && this.#needs(this.#second)) return this.#later(2 * LATE_STEP_MS);
      } else {
        this.#lateMs = Math.max(LATE_MS, this.#lateMs - LATE_STEP_MS / 10);
        this.#quiet = count > 0 ? 0 : this.#quiet + 1;
      }
      this.#next();
    } catch (error) {
      if (this.#closed) return;
      this.#quiet++;
      this.#next(error instanceof EdgeBusy ? error.retryAfterMs : 0);
    }
  }

  #next(extraMs = 0): void {
    // While the encoder or the edge is silent, seconds are skipped: there is nothing in them.
    this.#second += 1 + Math.min(MOST_QUIET - 1, Math.max(0, this.#quiet - 1));
    this.#later(extraMs);
  }

  #needs(second: number): boolean {
    const { shelf, tracks, isFed, quietMs } = this.#options;
    const untilUs = (second + 1) * RUN_MS * 1000;
    // While anything comes, what is late stands in this peer's own line or further above: it comes no sooner for being fetched.
    if (isFed()) return quietMs() > QUIET_MS && shelf.newestUs < untilUs;
    return tracks().some((track) => !shelf.holds(track, second * RUN_MS * 1000, untilUs));
  }

  /** Something of this second is here that no run brought: who feeds this peer is late, not dry. */
  #isBegun(): boolean {
    const { isFed, shelf } = this.#options;
    return isFed() && shelf.newestUs > (this.#second * RUN_MS + BEGUN_MS) * 1000;
  }

  async #fetch(second: number): Promise<[state: string | null, count: number]> {
    const { environment, media, mediaPath, tracks, take, awaits } = this.#options;
    const abort = this.#abort = new AbortController();
    const timer = environment.setTimer(TIMEOUT_MS, () => abort.abort());
    let count = 0;
    awaits(tracks());
    try {
      const state = await media.frames(runMediaPath(mediaPath, tracks(), second), abort.signal, (frame) => {
        count++;
        take(frame);
      });
      return [state, count];
    } finally {
      environment.clearTimer(timer);
      awaits([]);
      this.#abort = undefined;
    }
  }
}
