/**
 * Whom this peer is fed by, per lane: the neighbour through which pieces would come earliest and that has upload to
 * spare. A parent is left when it falls silent, when too much of its lane has to be repaired, when it gives notice,
 * or for a clear gain.
 */
import { cutMsOf } from './cut-clock.ts';
import { type Context, contributes } from './context.ts';
import { isInterior } from './interior.ts';
import type { Lane } from './lane.ts';
import type { MessageOf } from './message.ts';
import type { Neighbour } from './neighbour.ts';
import { LAG_UNIT_MS, NO_ROOM, NO_SOURCE } from './tuning.ts';

/** A neighbour that refused a lane is not asked for it again for so long. */
const REFUSED_MS = 1000;
/** ... and after all others for so long: or the nearest, fed by this very peer, are asked in turn for ever. */
const ASKED_MS = 5000;
/** How long an answer to subscribe is waited for, beyond the usual response time. */
const ANSWER_MS = 400;
/** So much longer while a join or a run fills the line: behind that it may stand. */
const IN_LINE_MS = 2500;
/** Added where a place must be made first. */
const DISPLACING_MS = 30;
/**
 * What a way costs, as lateness: by the difference a piece may come later that comes by the cheaper one. Within the
 * LAN, so that it enters it once; directly, so that no TURN server pays for it.
 */
const WAY_MS = { lan: 0, peer: 400, turn: 1100 };
/** Of two who could feed each other by a cheaper way, chance decides who moves. */
const CHEAPER_PROBABILITY = 0.4;
/** A lane that could come by a cheaper way stays with its parent for so long; every other for settleMs. */
const SETTLE_CHEAPER_MS = 2000;
/** Share of repaired pieces above which a parent is left. */
const REPAIRED_LIMIT = 0.6;
/**
 * A parent that says it has no source any more is left, by this probability a tick: some of its children go at once and
 * become a source for it, the others may stay.
 */
const LEAVE_PROBABILITY = 0.1;
/** A parent that was silent for so long is left even when there is nobody else. */
const ABANDON_MS = 4000;
/** Who is not heard of for longer is not asked to be a parent: what he told last is not so any more. */
const MOST_QUIET_S = 3;
/** After a change a parent has so long until it counts as silent. */
const FIRST_PUSH_MS = 300;
/** After nothing came from anywhere for so long, nobody is silent until media has gone on for a moment. */
const PAUSE_MS = 1000;
/** A parent of which nothing at all comes, on whatever lane, for its usual gap and this, is gone. */
const QUIET_MS = 400;

export class Parents {
  #context: Context;
  #onPath: (lane: Lane) => void;
  #improveAt = 0;
  #mediaAt = Infinity;
  #wentOnAt = 0;

  /** `onPath` is called when the hops above a lane change. */
  constructor(context: Context, onPath: (lane: Lane) => void) {
    this.#context = context;
    this.#onPath = onPath;
  }

  /** Every tick. */
  adapt(now: number): void {
    const { lanes, world, tuning } = this.#context;
    const count = lanes.all.length;
    const offset = Math.floor(world.random() * count);
    const improve = now >= this.#improveAt;
    const bridge = this.#context.isBridge();
    if (improve) this.#improveAt = now + tuning.improveEveryMs;
    for (let i = 0; i < count; i++) {
      const lane = lanes.all[(i + offset) % count]!;
      if (!lane.wanted || lane.isFed) continue;
      const waitMs = this.#context.line.ms + (this.#context.coming.isFlowing(now) ? IN_LINE_MS : 0);
      if (lane.asked !== undefined && now >= lane.askedUntil + waitMs) this.#unanswered(lane, now);
      if (lane.parent === undefined) this.#find(lane, true, undefined);
      else if (lane.displaced) {
        const { parent } = lane;
        if (now - lane.displacedAt > tuning.displaceGraceMs) this.leave(lane);
        this.#find(lane, true, parent);
      } else if (this.#isSilent(lane, now)) {
        const { parent } = lane;
        if (!lane.blamed) this.#blame(lane, parent);
        if (now - Math.max(lane.lastPushAt, lane.switchedAt, this.#wentOnAt) > ABANDON_MS) this.leave(lane);
        this.#find(lane, true, parent);
      } else if (!hasLane(lane.parent, lane) && world.random() < LEAVE_PROBABILITY) {
        this.#find(lane, true, lane.parent);
      } else if (lane.repaired > REPAIRED_LIMIT) {
        lane.repaired = 0;
        this.#find(lane, true, lane.parent);
      } else if (
        improve && bridge && !lane.parent.isBackbone && !lane.parent.isLan && this.#isOffered(lane)
      ) {
        this.#find(lane, true, lane.parent);
      } else if (
        improve && now - lane.switchedAt > SETTLE_CHEAPER_MS && this.#savingMs(lane) > 0
          ? world.random() < CHEAPER_PROBABILITY
          : improve && now - lane.switchedAt > tuning.settleMs / this.#urgency(lane) &&
            world.random() < tuning.improveProbability * this.#urgency(lane)
      ) this.#find(lane, false, lane.parent);
    }
  }

  /** The later a lane comes, the more often a better parent is looked for: a deep tree must not stay one. */
  #urgency(lane: Lane): number {
    return Math.max(1, (lane.lagMs / this.#context.tuning.urgentMs) ** 2);
  }

  /**
   * A piece came, by whatever way. Answers whether it ends a pause of everything, for which no parent is to blame: all
   * are given the time that a new one has.
   */
  onMedia(now: number): boolean {
    const goesOn = now - this.#mediaAt > PAUSE_MS;
    this.#mediaAt = now;
    if (goesOn) this.#wentOnAt = now;
    return goesOn;
  }

  /** A neighbour can be chosen from now on: lanes without a source ask at once. */
  attachAll(): void {
    for (const lane of this.#context.lanes.all) {
      if (lane.wanted && !lane.isFed && lane.parent === undefined) this.#find(lane, true, undefined);
    }
  }

  onSubscribed(from: Neighbour, message: MessageOf<'subscribed'>): void {
    const context = this.#context;
    const lane = context.lanes.at(message.track, message.substream);
    if (lane === undefined) return;
    const now = context.world.now();
    if (lane.asked !== from) {
      if (lane.parent === from) this.#notice(lane, !message.accepted);
      else if (message.accepted) this.#unsubscribe(lane, from);
      return;
    }
    lane.asked = undefined;
    if (!message.accepted) {
      from.refusedUntil[lane.id] = now + REFUSED_MS * (1 + context.world.random());
      if (lane.parent === from) this.#notice(lane, true);
      if (lane.parent === undefined) this.#find(lane, true, undefined);
      return;
    }
    if (!lane.wanted || lane.isFed) return this.#unsubscribe(lane, from);
    const old = lane.parent;
    if (old !== undefined && old !== from) {
      old.parentOf--;
      this.#unsubscribe(lane, old);
    }
    if (old !== from) from.parentOf++;
    lane.onSwitch(from, lane.askedLagMs, now);
  }

  onPath(from: Neighbour, message: MessageOf<'path'>): void {
    const lane = this.#context.lanes.at(message.track, message.substream);
    if (lane === undefined || lane.parent !== from) return;
    if (message.path.includes(this.#context.tag)) {
      from.refusedUntil[lane.id] = this.#context.world.now() + 2 * REFUSED_MS;
      this.leave(lane);
      this.#find(lane, true, from);
      return;
    }
    lane.path = message.path;
    this.#onPath(lane);
  }

  /** Ends the subscription of a lane, if there is one. */
  leave(lane: Lane): void {
    if (lane.parent === undefined) return;
    this.#unsubscribe(lane, lane.parent);
    this.#forget(lane);
  }

  /** A link is gone. */
  lost(neighbour: Neighbour): void {
    for (const lane of this.#context.lanes.all) {
      if (lane.asked === neighbour) lane.asked = undefined;
      if (lane.parent !== neighbour) continue;
      this.#forget(lane);
      if (lane.wanted && !lane.isFed) this.#find(lane, true, neighbour);
    }
  }

  #notice(lane: Lane, displaced: boolean): void {
    if (displaced && !lane.displaced) lane.displacedAt = this.#context.world.now();
    lane.displaced = displaced;
  }

  #forget(lane: Lane): void {
    lane.parent!.parentOf--;
    lane.parent = undefined;
    lane.displaced = false;
    lane.orphanedAt = this.#context.world.now();
  }

  #unsubscribe(lane: Lane, from: Neighbour): void {
    this.#context.send(from, { type: 'unsubscribe', track: lane.track.track, substream: lane.substream });
  }

  #unanswered(lane: Lane, now: number): void {
    const asked = lane.asked!;
    asked.refusedUntil[lane.id] = now + 2 * REFUSED_MS;
    asked.bad++;
    asked.owes++;
    lane.asked = undefined;
    this.#unsubscribe(lane, asked);
  }

  /** Nothing came for longer than usual, although the track went on elsewhere. */
  #isSilent(lane: Lane, now: number): boolean {
    const { tuning, store } = this.#context;
    const since = Math.max(lane.lastPushAt, FIRST_PUSH_MS + Math.max(lane.switchedAt, this.#wentOnAt));
    const isLate = now - since > lane.gapMs + tuning.silenceMs + 2 * lane.deviationMs;
    if (!isLate && !this.#isQuiet(lane, now)) return false;
    if (!lane.hasNewest) return true;
    const window = store.track(lane.track.track)!;
    const newest = store.piece(lane.newest);
    return newest === undefined || window.knownMs - cutMsOf(newest.record) > lane.gapMs;
  }

  /** Once for each silence. One that took the lane, goes on saying that it has it, and never pushed any of it owes it. */
  #blame(lane: Lane, parent: Neighbour): void {
    lane.blamed = true;
    parent.bad++;
    if (lane.lastPushAt < lane.switchedAt && hasLane(parent, lane)) parent.owes++;
  }

  /** The fewer the gaps between what a parent sends on all its lanes, the sooner its end shows. */
  #isQuiet({ parent, switchedAt, deviationMs }: Lane, now: number): boolean {
    const quietMs = now - Math.max(parent!.heardAt, switchedAt, this.#wentOnAt);
    if (quietMs <= QUIET_MS) return false;
    let perMs = 0;
    for (const lane of this.#context.lanes.all) if (lane.parent === parent) perMs += 1 / lane.gapMs;
    return quietMs > 1 / perMs + QUIET_MS + 2 * deviationMs;
  }

  #find(lane: Lane, must: boolean, exclude: Neighbour | undefined): void {
    const context = this.#context;
    if (lane.asked !== undefined) return;
    const now = context.world.now();
    // What it brings would be pushed once more.
    if (context.coming.brings(lane.track.track, now)) return;
    const best = this.#choose(lane, exclude, must, now);
    if (best === undefined) return;
    if (!must && lane.lagMs >= 0) {
      const { hysteresisMs, hysteresisShare, interiorHysteresis } = context.tuning;
      const gain = Math.max(hysteresisMs, hysteresisShare * lane.lagMs) *
        (isInterior(context.tag, lane, context.tuning) ? interiorHysteresis : 1);
      const saved = lane.parent === undefined ? 0 : WAY_MS[lane.parent.route] - WAY_MS[best.route];
      const here = lane.lagMs + Math.max(0, saved);
      if (this.#estimate + gain > here) return;
    }
    lane.asked = best;
    lane.askedLagMs = this.#expectedMs(lane, best);
    lane.askedUntil = now + ANSWER_MS + best.responseMs;
    best.spareKbps -= lane.kbps * context.tuning.overhead;
    const orphan = lane.parent === undefined || lane.displaced;
    context.send(best, {
      type: 'subscribe',
      track: lane.track.track,
      substream: lane.substream,
      since: lane.hasNewest ? lane.newest : newestKnownIndex(context, lane),
      orphan,
      lonely: context.linked.length < context.options.neighbours,
    });
  }

  /** How much cheaper than by its parent a lane could come. */
  #savingMs(lane: Lane): number {
    if (lane.parent === undefined) return 0;
    const present = WAY_MS[lane.parent.route];
    return present - this.#cheapestMs(lane, undefined, present);
  }

  /** The cheapest way by which a neighbour has this lane, or `most` where none is cheaper than that. */
  #cheapestMs(lane: Lane, exclude: Neighbour | undefined, most: number): number {
    let cheapest = most;
    for (const one of this.#context.linked) {
      // Looking into what it told costs most, and is of use for the few that would come cheaper.
      if (WAY_MS[one.route] < cheapest && one !== exclude && hasLane(one, lane)) cheapest = WAY_MS[one.route];
    }
    return cheapest;
  }

  /** Whether the backbone has this lane: a bridge feeds its shard and is fed by it only when it must. */
  #isOffered(lane: Lane): boolean {
    return this.#context.linked.some((one) => one.isBackbone && hasLane(one, lane));
  }

  /** How late pieces of this lane would come from a neighbour that has it, by what it told. */
  #expectedMs(lane: Lane, from: Neighbour): number {
    const { track } = lane;
    const { tuning } = this.#context;
    const pieceBits = track.bitrateKbps * track.sliceMs * tuning.overhead;
    return toldLagMs(from, lane) + from.transitMs +
      2 * pieceBits / (from.isLan ? tuning.lanKbps : from.uploadKbps);
  }

  #estimate = 0;

  /** The neighbour with the least expected lateness; sets #estimate. */
  #choose(lane: Lane, exclude: Neighbour | undefined, must: boolean, now: number): Neighbour | undefined {
    const context = this.#context;
    const { tuning, linked, lanes, world } = context;
    const bridge = context.isBridge();
    // A parent that need not be left counts: who is fed within the LAN does not leave it for less than the LAN is worth.
    const cheapest = this.#cheapestMs(lane, must ? exclude : undefined, WAY_MS.turn);
    const cost = lane.kbps * tuning.overhead;
    const half = Math.max(1, lanes.all.length >> 1);
    const orphan = lane.parent === undefined || lane.displaced;
    const gives = contributes(context.budget.kbps, context);
    let best: Neighbour | undefined;
    this.#estimate = Infinity;
    for (let i = 0; i < linked.length; i++) {
      const one = linked[i]!;
      if (
        one === exclude || one === lane.parent || (one.refusedUntil[lane.id] ?? 0) > now ||
        one.quietS > MOST_QUIET_S
      ) continue;
      if (bridge && !one.isBackbone && !one.isLan && this.#isOffered(lane)) continue;
      const said = one.states[lane.track.track]?.lags[lane.substream] ?? NO_SOURCE;
      if ((said & NO_SOURCE) === NO_SOURCE || (one.uploadKbps <= 0 && !one.isLan)) continue;
      let estimate = this.#expectedMs(lane, one) + one.bad * tuning.badParentMs + world.random() * 10;
      if ((said & NO_ROOM) !== 0 && !one.isLan) {
        if (!(gives || orphan) || one.uploadKbps * tuning.budgetShare < cost) continue;
        estimate += DISPLACING_MS;
      }
      if (one.refusedUntil[lane.id]! > now - ASKED_MS) estimate += ASKED_MS;
      estimate += Math.max(0, WAY_MS[one.route] - cheapest);
      if (!one.isLan) estimate += one.parentOf * tuning.sameParentMs;
      if (one.parentOf >= half && linked.length > 3 && !one.isLan) estimate += tuning.halfFromOneMs;
      if (estimate < this.#estimate && !isChild(lane, one)) {
        this.#estimate = estimate;
        best = one;
      }
    }
    return best;
  }
}

/** How late a neighbour says that it gets this lane. */
export function toldLagMs({ states }: Neighbour, { track, substream }: Lane): number {
  return ((states[track.track]?.lags[substream] ?? NO_SOURCE) & NO_SOURCE) * LAG_UNIT_MS;
}

/** Whether a neighbour says that it has a source of this lane. */
export function hasLane(neighbour: Neighbour, lane: Lane): boolean {
  const said = neighbour.states[lane.track.track]?.lags[lane.substream] ?? NO_SOURCE;
  return (said & NO_SOURCE) !== NO_SOURCE;
}

function isChild(lane: Lane, neighbour: Neighbour): boolean {
  for (const child of lane.children) if (child.neighbour === neighbour) return true;
  return false;
}

/** Where a lane that never had a piece begins: with the newest segment. */
function newestKnownIndex({ store }: Context, { track: { track } }: Lane): number {
  return ((store.track(track)!.newestKnown << 12) | (track << 8)) - 1;
}
