/**
 * The edge as the last resort, per piece: what is still missing when the buffer would run out within the measured
 * fetch time and a margin is fetched over HTTP; the rest of its segment stays with the peers.
 */
import type { PieceFrame } from '../../protocol/frame.ts';
import { packIndex, trackOf } from '../../protocol/piece-index.ts';
import type { Context } from './context.ts';
import type { Repair } from './repair.ts';
import { EdgeBusy, type Playhead } from './seams.ts';
import { stateHas } from './window-state.ts';

/** A piece that the edge did not give is asked for again after so long. */
const FAILED_MS = 1000;
const MAX_FAILED = 32;
/**
 * Each further time that the edge is busy it is left in peace for twice as long, up to once or twice this: somebody waits
 * for what it may have by then. It is asked for one piece: the rest follows when it has something.
 */
const MOST_PATIENCE_MS = 5000;
/** An edge that was busy so lately has nothing for those who wait. */
const BUSY_MS = 10_000;
/** After a silence playback goes on when neighbours had so long, and is on its way again after so long. */
const LANDS_AFTER_MS = 600;
const LANDING_MS = 5000;
/** Without a playhead, pieces later than the target by more than this are given up. */
const GIVE_UP_MS = 3000;

export class Deadline {
  #context: Context;
  #repair: Repair;
  #onFrame: (frame: PieceFrame) => void;
  #fetching: number[] = [];
  #fetchMs = 200;
  #deviationMs = 50;
  #busySince = -Infinity;
  #busyUntil = 0;
  #patience = 1;
  #failed: { index: number; until: number }[] = [];
  #playhead: Playhead | undefined;
  #playheadAt = 0;
  /** Peers that miss the same piece do not all ask at one moment. */
  #spreadMs: number;
  latencyTargetMs: number;
  /** What begins here or later is left to runs. */
  runsFromMs = Infinity;

  constructor(context: Context, repair: Repair, onFrame: (frame: PieceFrame) => void) {
    this.#context = context;
    this.#repair = repair;
    this.#onFrame = onFrame;
    this.#spreadMs = context.world.random() * 50;
    this.latencyTargetMs = context.options.latencyTargetMs;
  }

  isFetching(index: number): boolean {
    return this.#fetching.includes(index);
  }

  setPlayhead(playhead: Playhead): void {
    this.#playhead = playhead;
    this.#playheadAt = this.#context.world.now();
    this.#repair.playedMs = playhead.decodeTimeUs / 1000;
  }

  tick(now: number): void {
    const { options, tuning, lanes, store } = this.#context;
    if (!options.edgeFallback) return;
    // What the edge could not give while it, or the origin behind it, was away says nothing any more.
    if (this.#repair.jumpedAt > this.#busySince) {
      this.#busySince = this.#repair.jumpedAt;
      this.#busyUntil = 0;
      this.#patience = 1;
      this.#failed = [];
    }
    if (now < this.#busyUntil) return;
    if (now - this.#busySince < BUSY_MS && this.#repair.waits) return;
    const lastMs = this.#fetchMs + this.#deviationMs;
    const marginMs = this.#playhead === undefined ? tuning.fetchMarginMs : tuning.playMarginMs;
    const leadMs = lastMs + marginMs + this.#spreadMs;
    for (const track of lanes.tracks) {
      const { wanted, carried } = lanes.at(track.track, 0)!;
      if (!wanted || carried || this.#context.coming.brings(track.track, now)) continue;
      const window = store.track(track.track)!;
      if (window.wantedInit !== undefined && !this.#repair.isRequested(window.wantedInit)) {
        this.#fetch(window.wantedInit, now);
      }
      let before = this.#fetching.length;
      this.#repair.forEachMissing(window, (slot, piece, cutMs) => {
        if (this.#fetching.length >= (this.#patience > 1 ? 1 : tuning.maxFetches)) return false;
        const index = packIndex(slot.segment, window.track, piece);
        if (this.isFetching(index) || this.#context.verifier.isBusy(index)) return true;
        if (cutMs - track.sliceMs / 2 >= this.runsFromMs) return false;
        const isCertain = piece < slot.frames.length || piece <= slot.lost;
        if (isCertain && this.#repair.isLeftOut(index, cutMs, now)) {
          this.#fetch(index, now);
          return true;
        }
        const inLineMs = this.#repair.inLineMs(index, cutMs, now);
        const leftMs = this.#leftMs(cutMs, track.sliceMs, now) + inLineMs;
        if (inLineMs > 0 && leftMs > leadMs) return true;
        // Where many are missing, one fetch waits for the other: the last of them has to begin earlier.
        if (leftMs > leadMs + Math.floor(before++ / tuning.maxFetches) * lastMs) return false;
        // A neighbour that was asked may still answer: the edge waits until the last moment.
        if (leftMs > lastMs && this.#repair.isRequested(index)) return true;
        if (leftMs < -GIVE_UP_MS && this.#playhead === undefined) return true;
        if (isCertain || this.#isAttested(index)) this.#fetch(index, now);
        return true;
      });
    }
  }

  /** Milliseconds until a piece that was cut at `cutMs` has to be here. */
  #leftMs(cutMs: number, sliceMs: number, now: number): number {
    if (this.#playhead === undefined) return cutMs + this.latencyTargetMs - this.#context.clock.now();
    const played = this.#playhead.decodeTimeUs / 1000 + (this.#playhead.playing ? now - this.#playheadAt : 0);
    // Where media went on after a silence playback will, whatever the playhead still stands at.
    const { jumpedAt, landingMs } = this.#repair;
    const goesOn = now - jumpedAt < LANDING_MS ? landingMs + now - jumpedAt - LANDS_AFTER_MS : -Infinity;
    return cutMs - sliceMs - Math.max(played, goesOn);
  }

  /** One liar's word does not send us to the edge for pieces that do not exist. */
  #isAttested(index: number): boolean {
    const { linked } = this.#context;
    let witnesses = 0;
    for (const one of linked) {
      const state = one.states[trackOf(index)];
      if (state !== undefined && stateHas(state, index) && ++witnesses >= Math.min(2, linked.length)) {
        return true;
      }
    }
    return false;
  }

  #fetch(index: number, now: number): void {
    if (this.#fetching.length >= this.#context.tuning.maxFetches || this.isFetching(index)) return;
    if (this.#failed.some((failed) => failed.index === index && now < failed.until)) return;
    const { world, meter } = this.#context;
    this.#fetching.push(index);
    const done = () => this.#fetching.splice(this.#fetching.indexOf(index), 1);
    world.fetchPiece(index).then((frame) => {
      done();
      const took = world.now() - now;
      this.#deviationMs = this.#deviationMs * 0.8 + 0.2 * Math.abs(took - this.#fetchMs);
      this.#fetchMs = this.#fetchMs * 0.8 + 0.2 * took;
      this.#patience = 1;
      meter.repairs++;
      if (frame.record.index === index) this.#onFrame(frame);
    }, (error) => {
      done();
      if (error instanceof EdgeBusy) {
        if (world.now() < this.#busyUntil) return;
        this.#busySince = world.now();
        this.#busyUntil = this.#busySince +
          Math.min(error.retryAfterMs * this.#patience, MOST_PATIENCE_MS * (1 + world.random()));
        this.#patience *= 2;
      } else this.#failed.push({ index, until: world.now() + FAILED_MS });
      if (this.#failed.length > MAX_FAILED) this.#failed.shift();
    });
  }
}
