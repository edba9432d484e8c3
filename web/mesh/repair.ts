/**
 * Pull, where push failed: every tick, a piece that should have come and that a neighbour holds is asked for. Each
 * request has its own end; then it is cancelled and the next neighbour is asked.
 */
import {
  compareIndex,
  MAX_PIECES_PER_SEGMENT,
  packIndex,
  pieceOf,
  SEGMENT_COUNT,
  SEGMENT_MS,
  segmentDistance,
  segmentOf,
  trackOf,
} from '../../protocol/piece-index.ts';
import { type Context, contributes } from './context.ts';
import type { Neighbour } from './neighbour.ts';
import type { SegmentSlot, TrackWindow } from './track-window.ts';
import { LAG_UNIT_MS, NO_SOURCE } from './tuning.ts';
import { isWrittenOut, newestStart, stateHas } from './window-state.ts';

interface Request {
  index: number;
  neighbour: Neighbour;
  sentAt: number;
  endsAt: number;
  /** Its last state did not name the piece, which was too young then: a reject is no fault. */
  guessed: boolean;
  /** Its last state said that it holds the piece: who gives nothing of all this lies. */
  claimed: boolean;
}

/** Providers that are compared for one request, beside those on the LAN. */
const COMPARED = 3;
/** What asking outside of the LAN costs, while somebody on it has the piece. */
const OUTSIDE_COST = 500;
/**
 * A parent on the LAN that is late with a piece asks for it itself and passes it on: its children wait for so long, or
 * each of them would fetch a copy into the LAN.
 */
const LAN_PATIENCE_MS = 200;
/** Penalty from which a neighbour is mostly passed over. */
const SHUNNED = 3;
const SHUNNED_COST = 1000;
/** A neighbour is taken to hold what is older than the usual lag of its substream by this. */
const GUESS_MS = 200;
/** A parent that was just found may first push what it has. */
const CATCH_UP_MS = 300;
/** After pieces came from the edge, so long nothing is pulled: the rest is on its way. */
const JOIN_QUIET_MS = 400;
/** Claims are forgotten when nothing could be verified for so long. */
const NOTHING_VERIFIED_MS = 3000;
/** Requests under way with one neighbour, and with one that never gave anything. */
const MAX_WITH_ONE = 6;
const MAX_WITH_STRANGER = 3;
/** After a reject a neighbour is not asked for so long; what it adds to its penalty if it says it can spare. */
const REJECTED_MS = 300;
const REJECTED_PENALTY = 0.6;
/** Substreams that single pieces can stand in for. */
const MOST_UNFED = 2;
/** More segments than this are not caught up with: playback goes on at the newest. */
const MAX_GAP = 3;
/** What was cut so long before the playhead is of no use; parts of a keyframe are cut where the playhead may wait for them. */
const PLAYED_MS = 500;
/** All tracks follow within so long when one has jumped, to the same segment. */
const JUMP_MS = 5000;
/** Of the newest segment so much has to be there to begin in it: less of a buffer would run dry again. */
const LEAST_BEGUN_MS = 650;
/** Pieces that are remembered as tried, with whom, and for how long: who had not got it may have it by now. */
const MAX_TRIED = 24;
const TRIED_MS = 400;
/** The longer ago a neighbour was heard of, the later it is asked: it may be gone. Cost of a millisecond. */
const UNHEARD_COST = 0.4;
/** A feed that was dealt just now begins where the edge is; so long, what the old holder left out is looked for. */
const TAKEN_OVER_MS = 2000;

export class Repair {
  #context: Context;
  #requests: Request[] = [];
  #tried: { index: number; neighbour: Neighbour; at: number }[] = [];
  #startedAt = 0;
  /** Per track: the piece that playback begins with, as segment:20 | piece:8; negative: not known yet. */
  #start: number[] = new Array(16).fill(-1);
  /** Per track: the newest segment at the last tick; a jump is a sleep or an encoder's pause, not a loss. */
  #newest: number[] = new Array(16).fill(-1);
  #quietUntil = 0;
  /** Which track goes first, in turn: none starves another. */
  #turn = 0;
  /** Whether somebody else fetches this piece already. */
  #isFetching: (index: number) => boolean;
  /** Media milliseconds before which pieces are of no use. */
  playedMs = -Infinity;
  /** When media went on last, after a silence that is not caught up with. */
  jumpedAt = -Infinity;
  /** ... and from which media millisecond on. */
  landingMs = 0;
  #landing = 0;

  constructor(context: Context, isFetching: (index: number) => boolean) {
    this.#context = context;
    this.#isFetching = isFetching;
  }

  isRequested(index: number): boolean {
    for (const request of this.#requests) if (request.index === index) return true;
    return false;
  }

  /**
   * Where upload is short for long, who feeds few others and lacks more than a few substreams waits for them: single
   * pieces would not make it whole, and they do others.
   */
  get waits(): boolean {
    const { budget, lanes, tuning } = this.#context;
    return tuning.rankApart < 1 && !contributes(budget.kbps, this.#context) &&
      lanes.all.filter((lane) => lane.wanted && !lane.hasSource).length > MOST_UNFED;
  }

  /** A track is wanted anew: what was missed meanwhile is not asked for. */
  restart(track: number): void {
    this.#start[track] = -1;
    this.#newest[track] = -1;
  }

  /**
   * A piece of the join or of a run came from the edge: playback begins here at the latest, with a join at this very
   * piece, whose first is the earliest. `goesOn`: the rest follows soon.
   */
  onEdgePiece(index: number, isJoin: boolean, goesOn: boolean, now: number): void {
    const track = trackOf(index);
    const segment = segmentOf(index);
    const start = this.#start[track]!;
    const isPassed = now - this.jumpedAt < JUMP_MS && segmentDistance(segment, this.#landing) > 0;
    if (start < 0 || (segmentDistance(segment, start >> 8) > 0 && !isPassed)) {
      this.#start[track] = segment << 8 | (isJoin ? pieceOf(index) : 0);
    }
    if (goesOn) this.#quietUntil = now + JOIN_QUIET_MS;
  }

  /** The answer to a request, or the piece by another way. Answers whether `from` was asked for it. */
  onPiece(index: number, from: Neighbour | undefined, now: number): boolean {
    for (let i = 0; i < this.#requests.length; i++) {
      const request = this.#requests[i]!;
      if (request.index !== index) continue;
      this.#requests.splice(i, 1);
      request.neighbour.requests--;
      if (request.neighbour === from) {
        from.responseMs = from.responseMs * 0.7 + 0.3 * (now - request.sentAt);
        from.bad = Math.max(0, from.bad - 0.5);
        return true;
      }
      this.#context.send(request.neighbour, { type: 'cancel', index });
      return false;
    }
    return false;
  }

  /** Not now: the neighbour is left alone for a moment. One that never delivers adds up penalty. */
  onReject(index: number, from: Neighbour, now: number): void {
    const at = this.#requests.findIndex((request) => request.index === index && request.neighbour === from);
    if (at < 0) return;
    const { guessed, claimed } = this.#requests[at]!;
    this.#end(at);
    if (guessed || now < from.pausedUntil) return;
    from.pausedUntil = now + REJECTED_MS;
    if (from.spareKbps > 0) {
      from.bad += REJECTED_PENALTY;
      if (claimed) from.vain++;
    } else from.bad += REJECTED_PENALTY / 4;
  }

  /** A link is gone: what was asked of it is asked elsewhere. */
  lost(neighbour: Neighbour): void {
    for (let i = this.#requests.length - 1; i >= 0; i--) {
      if (this.#requests[i]!.neighbour === neighbour) this.#requests.splice(i, 1);
    }
    this.#tried = this.#tried.filter((tried) => tried.neighbour !== neighbour);
  }

  /** Every tick, before anything is asked for: what is known to exist, and from where on it is wanted. */
  begin(now: number): void {
    const { lanes, store } = this.#context;
    this.#expect();
    for (const { track, sliceMs } of lanes.tracks) {
      if (lanes.at(track, 0)!.wanted) this.#begin(store.track(track)!, sliceMs, now);
    }
  }

  tick(now: number): void {
    for (let i = this.#requests.length - 1; i >= 0; i--) {
      const request = this.#requests[i]!;
      if (now < request.endsAt + this.#context.line.ms) continue;
      this.#end(i);
      const { neighbour, claimed, index } = request;
      neighbour.bad++;
      if (claimed) neighbour.owes++;
      this.#context.send(neighbour, { type: 'cancel', index });
    }
    if (this.#context.linked.length === 0 || now < this.#quietUntil || this.waits) return;
    const { lanes, store } = this.#context;
    const { tracks } = lanes;
    this.#turn++;
    for (let i = 0; i < tracks.length; i++) {
      const track = tracks[(i + this.#turn) % tracks.length]!;
      const window = store.track(track.track)!;
      if (!lanes.at(track.track, 0)!.wanted) continue;
      if (window.wantedInit !== undefined) this.#request(window.wantedInit, 0, now);
      this.forEachMissing(
        window,
        (slot, piece, cutMs) => this.#consider(packIndex(slot.segment, track.track, piece), cutMs, now),
      );
    }
  }

  /**
   * Whether a piece of a feed of this peer was left out: the old holder died with it, and the stream goes on behind it.
   * Nobody has it then, and all wait for this peer, who fetches it at once.
   */
  isLeftOut(index: number, cutMs: number, now: number): boolean {
    const lane = this.#context.lanes.of(index)!;
    return lane.feed && now - lane.fedSince < TAKEN_OVER_MS &&
      !this.#mayStillCome(index, this.#context.clock.now() - cutMs, now);
  }

  /** Tracks are cut side by side: how far one has come tells what of the others must exist. */
  #expect(): void {
    const { lanes, store } = this.#context;
    let untilMs = -Infinity;
    for (const { track } of lanes.tracks) {
      if (lanes.at(track, 0)!.wanted) untilMs = Math.max(untilMs, store.track(track)!.newestCutMs);
    }
    for (const { track } of lanes.tracks) {
      if (lanes.at(track, 0)!.wanted) store.track(track)!.expect(untilMs);
    }
  }

  /** Visits what is known to exist, is of use and is not here, oldest first, until the visitor answers false. */
  forEachMissing(
    window: TrackWindow,
    visit: (slot: SegmentSlot, piece: number, cutMs: number) => boolean,
  ): void {
    const newest = window.newestKnown;
    if (newest < 0) return;
    const start = this.#start[window.track]!;
    if (start < 0) return;
    const played = Math.floor(this.playedMs / SEGMENT_MS) - 1;
    let back = Math.min(window.segments - 1, segmentDistance(start >> 8, newest));
    if (played >= 0) {
      const ahead = Math.max(0, segmentDistance(played & (SEGMENT_COUNT - 1), newest));
      // Who plays on before what was to be the first needs what follows there.
      back = ahead <= MAX_GAP ? ahead : Math.min(back, ahead);
    }
    for (; back >= 0; back--) {
      const slot = window.slot((newest - back) & (SEGMENT_COUNT - 1));
      if (slot === undefined) continue;
      const first = segmentDistance(slot.segment, start >> 8) * MAX_PIECES_PER_SEGMENT + (start & 255);
      for (let piece = slot.low; piece <= slot.highest; piece++) {
        if (slot.frames[piece] !== undefined) continue;
        const cutMs = window.estimateCutMs(slot, piece);
        if (piece < first ? played < 0 || cutMs <= this.playedMs : cutMs <= this.playedMs - PLAYED_MS) {
          continue;
        }
        if (!visit(slot, piece, cutMs)) return;
      }
    }
  }

  /** Without anything yet, playback begins with the newest segment whose start neighbours hold. */
  #begin(window: TrackWindow, sliceMs: number, now: number): void {
    const { track, newestSegment: newest } = window;
    const start = this.#start[track]!;
    if (newest >= 0 && (start >= 0 || segmentDistance(newest, window.newestKnown) <= MAX_GAP)) {
      const before = this.#newest[track]!;
      const hasJumped = before >= 0 && segmentDistance(before, newest) > MAX_GAP;
      if (hasJumped && now - this.jumpedAt > JUMP_MS) this.#jump(window, sliceMs, now);
      if (hasJumped) this.#start[track] = this.#landing << 8;
      else if (start < 0) this.#start[track] = newest << 8;
      this.#newest[track] = newest;
      return;
    }
    if (start >= 0) {
      if (now - this.#startedAt < NOTHING_VERIFIED_MS) return;
      window.forgetClaims();
    }
    this.#start[track] = this.#attestedStart(track) << 8;
    this.#startedAt = now;
  }

  /**
   * Media went on after a silence. Playback goes on in the newest segment, or in the one before while that is too short
   * to begin in.
   */
  #jump(window: TrackWindow, sliceMs: number, now: number): void {
    const { newestSegment: newest, newestCutMs } = window;
    const { frames } = window.slot(newest)!;
    const first = frames.findIndex((frame) => frame !== undefined);
    // Pieces of a keyframe that was split take no time of their own, but a segment never begins before its slot.
    const beganMs = Math.max(
      newest * SEGMENT_MS,
      frames[first]!.record.decodeTimeUs / 1000 - first * sliceMs,
    );
    const back = newestCutMs - beganMs > LEAST_BEGUN_MS ? 0 : 1;
    this.jumpedAt = now;
    this.landingMs = beganMs - back * SEGMENT_MS;
    this.#landing = (newest - back) & (SEGMENT_COUNT - 1);
  }

  /** The newest start that two neighbours hold, or the only neighbour's: one liar cannot make us wait for nothing. */
  #attestedStart(track: number): number {
    let first = -1;
    let second = -1;
    for (const neighbour of this.#context.linked) {
      const state = neighbour.states[track];
      const start = state === undefined ? undefined : newestStart(state);
      if (start === undefined) continue;
      if (first < 0 || segmentDistance(first, start) > 0) {
        second = first;
        first = start;
      } else if (second < 0 || segmentDistance(second, start) > 0) second = start;
    }
    return second >= 0 ? second : first;
  }

  #consider(index: number, cutMs: number, now: number): boolean {
    if (this.#requests.length >= this.#context.tuning.maxRequests) return false;
    if (this.isRequested(index) || this.#context.verifier.isBusy(index) || this.#isFetching(index)) {
      return true;
    }
    const lane = this.#context.lanes.of(index)!;
    const ageMs = this.#context.clock.now() - cutMs;
    if (this.#mayStillCome(index, ageMs, now)) return true;
    if (this.#request(index, ageMs, now)) lane.repaired = lane.repaired * 0.8 + 0.2;
    return true;
  }

  /**
   * For how long a piece that is on its way, or may be, waits in this peer's own line: whoever else is asked for it, it
   * comes no sooner. Not for longer, or who never gives it would keep it from being fetched.
   */
  inLineMs(index: number, cutMs: number, now: number): number {
    const { line, clock } = this.#context;
    return this.isRequested(index) || this.#mayStillCome(index, clock.now() - cutMs, now) ? line.ms : 0;
  }

  /** Whether a piece may be on its way by push. */
  #mayStillCome(index: number, ageMs: number, now: number): boolean {
    const { tuning, line, lanes } = this.#context;
    const lane = lanes.of(index)!;
    const { parent } = lane;
    // Who is asked to feed the lane pushes all that is newer than what is here.
    if (!parent && lane.asked) {
      return !lane.hasNewest || compareIndex(index, lane.newest) > 0;
    }
    if (!lane.hasSource) return false;
    if (now - lane.switchedAt < CATCH_UP_MS + line.ms) return true;
    if (lane.lagMs < 0) return false;
    const slack = Math.max(tuning.repairSlackMs, tuning.repairDeviations * lane.deviationMs);
    // What is late by habit is not waited for: one late piece would make the next ones later still.
    const patience = parent?.isLan ? LAN_PATIENCE_MS : lane.children.length > 0 ? 0 : tuning.leafPatienceMs;
    return ageMs < Math.min(lane.lagMs + slack + patience, tuning.repairPatienceMs) + line.ms;
  }

  #request(index: number, ageMs: number, now: number): boolean {
    if (this.isRequested(index)) return false;
    const best = this.#provider(index, ageMs, now);
    if (best === undefined) return false;
    const { tuning } = this.#context;
    const state = best.states[trackOf(index)]!;
    const guessed = !stateHas(state, index);
    this.#requests.push({
      index,
      neighbour: best,
      sentAt: now,
      endsAt: now + tuning.requestTimeoutMs + Math.min(1000, best.responseMs),
      guessed,
      claimed: !guessed && (isWrittenOut(state, index) || this.#isCertain(index)),
    });
    best.requests++;
    this.#context.send(best, { type: 'request', index });
    return true;
  }

  /** One who says that he holds the piece, or who by the lag of his substream must have got it since he spoke. */
  #provider(index: number, ageMs: number, now: number): Neighbour | undefined {
    const { linked, world, tuning, store } = this.#context;
    const count = linked.length;
    const first = Math.floor(world.random() * count);
    const track = (index >>> 8) & 15;
    const isInit = (index & 255) === 255;
    const { parent, substream } = this.#context.lanes.of(index)!;
    let best: Neighbour | undefined;
    let least = Infinity;
    for (let i = 0, seen = 0; i < count; i++) {
      const one = linked[(first + i) % count]!;
      if (seen >= COMPARED && !one.isLan) continue;
      const state = one.states[track];
      if (state === undefined || (one.uploadKbps <= 0 && !one.isLan)) continue;
      if (now < one.pausedUntil) continue;
      if (one.requests >= (one.receivedBytes > 0 ? MAX_WITH_ONE : MAX_WITH_STRANGER)) continue;
      const isShunned = one.bad >= SHUNNED;
      if (isInit ? store.piece(index) !== undefined : !stateHas(state, index)) {
        const lag = (state.lags[substream] ?? NO_SOURCE) & NO_SOURCE;
        if (isInit || lag === NO_SOURCE || ageMs < lag * LAG_UNIT_MS + GUESS_MS) continue;
        // A parent pushes what it gets. On the LAN it is asked all the same before anybody outside; the others there
        // mostly wait for the very same copy.
        if ((one === parent) !== one.isLan || this.#wasTried(index, one, now)) continue;
      }
      if (!one.isLan && !isShunned) seen++;
      let cost = (isShunned ? SHUNNED_COST : 0) + (one.isLan ? 0 : OUTSIDE_COST) +
        one.responseMs * (1 + one.requests) +
        one.bad * tuning.badProviderMs;
      if (this.#wasTried(index, one, now)) cost += 400;
      if (one === parent) cost += 100;
      cost += (now - one.heardAt) * UNHEARD_COST;
      if (cost < least) {
        least = cost;
        best = one;
      }
    }
    return best;
  }

  /** Whether a later piece of its segment is here: then this one exists, whoever says so. */
  #isCertain(index: number): boolean {
    const slot = this.#context.store.track(trackOf(index))!.slot(segmentOf(index));
    return slot !== undefined && pieceOf(index) < slot.frames.length;
  }

  #wasTried(index: number, neighbour: Neighbour, now: number): boolean {
    return this.#tried.some((tried) =>
      tried.index === index && tried.neighbour === neighbour && now - tried.at < TRIED_MS
    );
  }

  #end(at: number): void {
    const [request] = this.#requests.splice(at, 1);
    request!.neighbour.requests--;
    const { index, neighbour } = request!;
    this.#tried.push({ index, neighbour, at: this.#context.world.now() });
    if (this.#tried.length > MAX_TRIED) this.#tried.shift();
  }
}
