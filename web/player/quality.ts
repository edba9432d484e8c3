/**
 * Which rendition to play, when the broadcast has several.
 *
 * A live stream comes at its own pace, so how fast it comes says little about how fast it could. What tells is whether
 * pieces keep up: how long after the cut they are here (from peers as from the edge), how much had to be mended, whether
 * playback stalls or drops frames. Down at once, up after a while without trouble, and after a failed attempt later
 * each time. A burst at the join, or from peers that catch up, shows what the line can do at least.
 */
import type { Track } from '../../protocol/broadcast.ts';
import type { ShoalQuality } from './api.ts';

export interface Quality extends ShoalQuality {
  track: number;
}

/** The present, as the session sees it. Counters grow since the session began. */
export interface QualityInput {
  nowMs: number;
  receivedBytes: number;
  stalls: number;
  droppedFrames: number;
  frames: number;
  /** 95th percentile of arrival after the cut, of the newest pieces. */
  lagP95Ms: number;
  targetMs: number;
  bufferMs: number;
  /** Height of the picture on the screen, device pixels; 0 when unknown or hidden. */
  shownHeight: number;
  /** A picture has come, since the visit began or the broadcast did. */
  pictured: boolean;
}

/** After a change the figures of before are no guide, and the picture waits until the new rendition is loaded. */
const SETTLE_MS = 6000;
/** A beginning that goes so badly is not waited out. */
const BAD_START_MS = 2000;
const BAD_START_SHARE = 1.5;
/** Pieces that come late, but less so than a look ago: what queued up before a change is being worked off. */
const RECOVERING_SHARE = 0.97;
/** So long without any picture: what was begun with is too much for the line. */
const NO_PICTURE_MS = 3000;
const UP_AFTER_MS = 15_000;
/** The same where less came than the better rendition takes, on a line that was full. */
const UP_AFTER_FULL_MS = 60_000;
const LONGEST_UP_MS = 240_000;
/** Arrival takes this share of the target: too late, or early enough for more. */
const LATE_SHARE = 0.85;
const EARLY_SHARE = 0.5;
/** Frames dropped of those decoded since the last change. */
const DROPPED_SHARE = 0.15;
const LEAST_FRAMES = 50;
/** What a rendition needs of a proven rate. */
const HEADROOM = 1.3;
/** The same of a rate that is only believed. */
const START_HEADROOM = 1.5;
/** What a line is taken to carry, where the browser does not tell, kbps. */
const ASSUMED_KBPS = 4000;

/** Renditions of a broadcast, best first, named by their height. */
export function qualitiesOf(tracks: readonly Track[]): Quality[] {
  return tracks.filter(({ kind }) => kind === 'video')
    .map(({ track, height = 0, bitrateKbps }) => ({
      track,
      height,
      kbps: bitrateKbps,
      name: height > 0 ? `${height}p` : `${Math.round(bitrateKbps)} kbps`,
    }))
    .sort((a, b) => b.height - a.height || b.kbps - a.kbps);
}

/**
 * The rendition to begin with: the best that the line should carry with room to spare, else the lowest.
 *
 * @param lineKbps What the browser takes its line for, if it does.
 */
export function startAt(qualities: readonly Quality[], lineKbps: number | undefined): number {
  const room = lineKbps || ASSUMED_KBPS;
  const fits = qualities.findIndex(({ kbps }) => kbps * START_HEADROOM <= room);
  return fits < 0 ? qualities.length - 1 : fits;
}

/** Name of the best rendition that `limit(track)` leaves to an automatic choice; empty where it takes none away. */
export function heldTo(qualities: readonly Quality[], track: number | null): string {
  const place = qualities.findIndex((each) => each.track === track);
  return place > 0 ? qualities[place]!.name : '';
}

export class QualityChoice {
  #at: number;
  #changedAtMs: number | undefined;
  #wellSinceMs: number | undefined;
  #upAfterMs = UP_AFTER_MS;
  #wentUp = false;
  #before: QualityInput | undefined;
  /** Stalls and frames count from here. */
  #base: QualityInput | undefined;
  #isSettling = false;
  #first: QualityInput | undefined;
  #bestKbps = 0;
  /** Of late. */
  #kbps = 0;
  #isRecovering = false;
  #isFull = false;
  /** Place of the best one that may be chosen. */
  #most = 0;

  /** @param qualities Best first; not empty. @param at Which one is played. */
  constructor(private readonly qualities: readonly Quality[], at: number) {
    this.#at = at;
  }

  get now(): Quality {
    return this.qualities[this.#at]!;
  }

  /** The last change was made because the line cannot carry what was played before. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Supply is short: nothing better than this track is chosen from now on; null: any. */
  limit(track: number | null): void {
    this.#most = Math.max(0, this.qualities.findIndex((each) => each.track === track));
  }

  /** Call it about once a second; answers the rendition to play. */
  next(input: QualityInput): Quality {
    this.#changedAtMs ??= input.nowMs;
    this.#first ??= this.#base ??= input;
    this.#observe(input);
    if (this.#at < this.#most) {
      this.#isFull = this.#wentUp = false;
      this.#move(this.#most, input);
      return this.now;
    }
    if (!input.pictured) {
      if (input.nowMs - this.#changedAtMs >= NO_PICTURE_MS) {
        this.#isFull = true;
        this.#move(this.#below(input), input);
      }
      return this.now;
    }
    const badStart = this.#base === this.#first && input.lagP95Ms > input.targetMs * BAD_START_SHARE;
    if (input.nowMs - this.#changedAtMs < (badStart ? BAD_START_MS : SETTLE_MS)) return this.now;
    if (this.#isSettling) this.#base = input;
    this.#isSettling = false;
    if (this.#isInTrouble(input)) {
      if (this.#wentUp) this.#upAfterMs = Math.min(LONGEST_UP_MS, this.#upAfterMs * 2);
      this.#isFull = this.#isLate(input) && this.#kbps > 0 && this.#kbps < this.now.kbps;
      if (this.#isFull) this.#upAfterMs = Math.max(UP_AFTER_FULL_MS, this.#upAfterMs);
      this.#move(this.#below(input), input);
      this.#wentUp = false;
    } else if (this.#mayRise(input)) {
      this.#isFull = false;
      this.#move(this.#at - 1, input);
      this.#wentUp = true;
    }
    return this.now;
  }

  #observe(input: QualityInput): void {
    const before = this.#before;
    this.#before = input;
    if (!before || input.nowMs <= before.nowMs) return;
    const kbps = (input.receivedBytes - before.receivedBytes) * 8 / (input.nowMs - before.nowMs);
    this.#bestKbps = Math.max(kbps, this.#bestKbps * 0.98);
    this.#kbps = this.#kbps === 0 ? kbps : this.#kbps * 0.6 + kbps * 0.4;
    this.#isRecovering = input.lagP95Ms < before.lagP95Ms * RECOVERING_SHARE;
  }

  /** The next one down; where pieces come late, and the line is full, the best of those below that it has room for. */
  #below(input: QualityInput): number {
    const next = this.#at + 1;
    if (this.#kbps === 0 || (input.pictured && !this.#isLate(input))) return next;
    const fits = this.qualities.findIndex(({ kbps }, place) => place >= next && kbps * HEADROOM < this.#kbps);
    return fits < 0 ? this.qualities.length - 1 : fits;
  }

  #isLate(input: QualityInput): boolean {
    return input.lagP95Ms > input.targetMs * LATE_SHARE;
  }

  #isInTrouble(input: QualityInput): boolean {
    const base = this.#base!;
    const frames = input.frames - base.frames;
    const dropped = input.droppedFrames - base.droppedFrames;
    const late = this.#isLate(input);
    return (late && !this.#isRecovering) || (!late && input.stalls > base.stalls) ||
      (frames > LEAST_FRAMES && dropped > frames * DROPPED_SHARE);
  }

  #mayRise(input: QualityInput): boolean {
    const better = this.#at > this.#most ? this.qualities[this.#at - 1] : undefined;
    const early = input.lagP95Ms < input.targetMs * EARLY_SHARE && input.bufferMs > input.targetMs * 0.2;
    if (!early || !better) {
      this.#wellSinceMs = undefined;
      return false;
    }
    // More lines than the screen shows are upload that others could have used.
    if (input.shownHeight > 0 && this.now.height >= input.shownHeight) return false;
    this.#wellSinceMs ??= input.nowMs;
    const proven = this.#bestKbps > better.kbps * HEADROOM ? 0.5 : 1;
    return input.nowMs - this.#wellSinceMs >= this.#upAfterMs * proven;
  }

  #move(to: number, input: QualityInput): void {
    this.#at = Math.min(this.qualities.length - 1, Math.max(0, to));
    this.#changedAtMs = input.nowMs;
    this.#wellSinceMs = undefined;
    this.#base = input;
    this.#isSettling = true;
  }
}
