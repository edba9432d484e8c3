/**
 * Whom this peer pushes to. Subscriptions are accepted by upload budget; where it is spent, one who gives much takes
 * the place of one who gives little, for he feeds others. Children on the LAN cost the budget nothing.
 */
import { compareIndex, MAX_PIECES_PER_SEGMENT } from '../../protocol/piece-index.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { type Context, contributes, isAttached } from './context.ts';
import { isInterior, LEAF_RATIO, worthOf } from './interior.ts';
import type { Child, Lane } from './lane.ts';
import type { Message, MessageOf } from './message.ts';
import type { Neighbour } from './neighbour.ts';
import { MAX_PATH, NO_SOURCE } from './tuning.ts';
import { stateHas } from './window-state.ts';

/** Most pieces that a new child gets at once from before it came. */
const MAX_CATCH_UP = 4;
/** The same of a track of one substream, as of sound: all that is cut until somebody who died is missed. */
const MAX_UNDIVIDED = 6;
/** The same of a segment that the child has nothing of. */
const MAX_OF_SEGMENT = 12;
/** How far apart indexes may be to be caught up with over the end of a segment: two segments, should one be skipped. */
const CATCH_UP_SPAN = 2 << 12;

export class Children {
  #context: Context;
  #balanceAt = 0;
  #gives = true;
  /** What of the promised upload is promised to the backbone, kbps. */
  #backboneKbps = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** False: nobody is taken any more, and whoever is fed gets notice, on the LAN too. */
  setGiving(gives: boolean): void {
    if (gives === this.#gives) return;
    this.#gives = gives;
    if (gives) return;
    const endsAt = this.#context.world.now() + this.#context.tuning.displaceGraceMs;
    for (const lane of this.#context.lanes.all) {
      for (const child of lane.children) if (child.endsAt === 0) this.#giveNotice([lane, child], endsAt);
    }
  }

  get gives(): boolean {
    return this.#gives;
  }

  onSubscribe(from: Neighbour, message: MessageOf<'subscribe'>): void {
    const lane = this.#context.lanes.at(message.track, message.substream);
    const isMain = contributes(from.uploadKbps, this.#context);
    from.rank = isMain ? 2 : from.tag / 2 ** 32 + (message.lonely ? 1 : 0);
    const accepted = lane !== undefined && this.#admit(lane, from, message.orphan);
    this.#context.send(from, {
      type: 'subscribed',
      track: message.track,
      substream: message.substream,
      accepted,
    });
    if (!accepted) return;
    this.#sendPath(lane, from);
    this.#catchUp(lane, from, message.since);
  }

  remove(lane: Lane, neighbour: Neighbour): void {
    const at = lane.children.findIndex((child) => child.neighbour === neighbour);
    if (at >= 0) this.#drop(lane, at);
  }

  removeAll(neighbour: Neighbour): void {
    if (neighbour.childOf === 0) return;
    for (const lane of this.#context.lanes.all) this.remove(lane, neighbour);
  }

  /** Passes a verified piece on. `late`: it did not come by push, so a child may well have it. */
  forward(lane: Lane, frame: PieceFrame, from: Neighbour | undefined, late: boolean): void {
    const { children } = lane;
    if (children.length === 0) return;
    const { world } = this.#context;
    const now = world.now();
    let message: Message | undefined;
    for (let i = 0; i < children.length; i++) {
      const child = children[i]!.neighbour;
      if (child === from) continue;
      if (late) {
        const state = child.states[lane.track.track];
        if (state !== undefined && stateHas(state, frame.record.index)) continue;
      }
      message ??= { type: 'piece', frame };
      this.push(child, message, frame.record.byteLength, now);
    }
  }

  /** Sends a piece unless the uplink is too far behind. */
  push(to: Neighbour, message: Message, bytes: number, now: number): boolean {
    const { budget, tuning } = this.#context;
    if (!to.isLan) {
      if (budget.behindMs(now) > tuning.dropBehindMs || this.isClogged(to)) return false;
      budget.charge(bytes * tuning.overhead, now);
    } else if (to.link.queuedBytes > 1 << 20) return false;
    this.#context.meter.uploadBytes += bytes;
    to.sentBytes += bytes;
    this.#context.send(to, message);
    return true;
  }

  /** Whether one link alone holds back too much. */
  isClogged(to: Neighbour): boolean {
    const { budget, tuning } = this.#context;
    return to.link.queuedBytes * 8 > Math.max(budget.effectiveKbps, 200) * tuning.dropBehindMs;
  }

  /** Displaced children whose grace is over go; told which lanes to look at by the tick. */
  expire(now: number): void {
    for (const lane of this.#context.lanes.all) {
      for (let i = lane.children.length - 1; i >= 0; i--) {
        const { endsAt } = lane.children[i]!;
        if (endsAt > 0 && endsAt <= now) this.#drop(lane, i);
      }
    }
  }

  /** The hops above a lane have changed: its children are told. */
  tellPath(lane: Lane): void {
    for (const child of lane.children) this.#sendPath(lane, child.neighbour);
  }

  /** What a neighbour of this kind may still be promised, kbps. */
  spareKbps(backbone: boolean): number {
    const { budget, world } = this.#context;
    if (!this.#gives || budget.behindMs(world.now()) > 250) return 0;
    return Math.max(0, this.#limit(backbone) - this.#promisedKbps(backbone));
  }

  /** Whether one more child of this lane would be taken without anybody losing a place. */
  hasRoom(lane: Lane, backbone: boolean): boolean {
    const cost = lane.kbps * this.#context.tuning.overhead;
    return this.spareKbps(backbone) >= cost + this.#reservedKbps(lane) + this.#keptKbps(lane, backbone);
  }

  /** A bridge has a share for each of its two circles: neither starves the other. */
  #limit(backbone: boolean): number {
    const { budget, tuning } = this.#context;
    if (!this.#context.isBridge()) return budget.slotsKbps;
    return budget.slotsKbps * (backbone ? tuning.backboneShare : 1 - tuning.backboneShare);
  }

  #promisedKbps(backbone: boolean): number {
    const { promisedKbps } = this.#context.budget;
    if (!this.#context.isBridge()) return promisedKbps;
    return backbone ? this.#backboneKbps : promisedKbps - this.#backboneKbps;
  }

  /**
   * Whether this peer is to pass a lane on. A bridge passes all lanes on to its shard: too few bridges are there for
   * each lane to have its own.
   */
  #isMine(lane: Lane, backbone: boolean): boolean {
    const { tag, tuning } = this.#context;
    return lane.feed || (this.#context.isBridge() && !backbone) || isInterior(tag, lane, tuning);
  }

  /** What is kept for the lanes that are this peer's to pass on. */
  #keptKbps(lane: Lane, backbone: boolean): number {
    return this.#isMine(lane, backbone) ? 0 : this.#limit(backbone) * this.#context.tuning.interiorShare;
  }

  #admit(lane: Lane, from: Neighbour, orphan: boolean): boolean {
    const context = this.#context;
    const now = context.world.now();
    if (!this.#gives || lane.parent === from || lane.asked === from) return false;
    if (!isAttached(lane, now, context.tuning) || lane.path.includes(from.tag)) return false;
    // What lies further above is not told, and a loop would not show.
    if (lane.path.length >= MAX_PATH) return false;
    const known = lane.children.find((child) => child.neighbour === from);
    if (known !== undefined) {
      known.endsAt = 0;
      return true;
    }
    const cost = lane.kbps * context.tuning.overhead;
    if (from.isLan) {
      if (context.budget.promisedLanKbps + cost > context.tuning.lanKbps) return false;
    } else {
      const limit = this.#limit(from.isBackbone);
      if (limit < cost) return false;
      const kept = orphan ? 0 : this.#keptKbps(lane, from.isBackbone);
      const promised = this.#promisedKbps(from.isBackbone);
      const isFull = promised + cost + this.#reservedKbps(lane) + kept > limit;
      if (
        isFull && !this.#displace(lane, from, now) &&
        !(orphan && (this.#balance(lane, from.isBackbone, now) || this.#outrank(from, now)))
      ) {
        return false;
      }
    }
    this.#add(lane, { neighbour: from, endsAt: 0 }, cost);
    return true;
  }

  /**
   * Gives notice to the child whose place is worth least, if it is worth far more with the newcomer. Where this lane is
   * to be passed on, that may be the child of a lane that is not and that another neighbour has.
   */
  #displace(lane: Lane, from: Neighbour, now: number): boolean {
    const { budget, tuning } = this.#context;
    const { isBackbone } = from;
    const limit = this.#limit(isBackbone);
    if (!contributes(from.uploadKbps, this.#context)) return false;
    if (this.#promisedKbps(isBackbone) > limit + this.#context.demandKbps()) return false;
    if (this.#lastingKbps(isBackbone) > limit || budget.promisedKbps > budget.kbps) return false;
    const isMine = this.#isMine(lane, isBackbone);
    const below = worthOf(from, lane, tuning) / tuning.displaceRatio;
    const least = this.#least(isBackbone, below, (child, other) => {
      if (other === lane) return worthOf(child, lane, tuning);
      const isKept = !isMine || this.#isMine(other, isBackbone) || !this.#isElsewhere(other);
      return isKept ? Infinity : worthOf(child, other, tuning) / LEAF_RATIO;
    });
    return this.#giveNotice(least, now + tuning.displaceGraceMs);
  }

  /** The place of this circle that is worth least, and less than this. */
  #least(
    backbone: boolean,
    below: number,
    worth: (child: Neighbour, lane: Lane) => number,
  ): [Lane, Child] | undefined {
    let least: [Lane, Child] | undefined;
    for (const lane of this.#context.lanes.all) {
      for (const child of lane.children) {
        const here = isMovable(child, backbone) ? worth(child.neighbour, lane) : Infinity;
        if (here >= below) continue;
        least = [lane, child];
        below = here;
      }
    }
    return least;
  }

  /**
   * Room for an orphan of a lane, at the expense of a lane that a neighbour has room for: substreams must stay alike
   * in supply, or the scarcest of them starves the swarm while others are to be had everywhere.
   */
  #balance(lane: Lane, backbone: boolean, now: number): boolean {
    const { lanes, tuning } = this.#context;
    if (now < this.#balanceAt || this.#lastingKbps(backbone) > this.#limit(backbone)) return false;
    let widest: Lane | undefined;
    for (const other of lanes.all) {
      if (other === lane || other.children.length <= (widest?.children.length ?? 0)) continue;
      const isOnlySource = lane.feed && lane.children.length === 0 && other.children.length > 1;
      if (isOnlySource || this.#isElsewhere(other)) widest = other;
    }
    const child = widest?.children.findLast((one) => isMovable(one, backbone));
    if (child === undefined) return false;
    this.#balanceAt = now + tuning.displaceGraceMs;
    return this.#giveNotice([widest!, child], this.#balanceAt);
  }

  /**
   * Where upload is short, an orphan takes the place of who gives little and ranks lowest, if it ranks higher. All see
   * the same order: those for whom there is enough are fed whole and the others wait, where all would lack a part.
   */
  #outrank(from: Neighbour, now: number): boolean {
    const { isBackbone } = from;
    // One at a time: until it goes both are fed, and an uplink that is filled to the brim has no room for more.
    if (this.#promisedKbps(isBackbone) > this.#limit(isBackbone)) return false;
    const { rankApart, displaceGraceMs } = this.#context.tuning;
    const lowest = this.#least(isBackbone, from.rank - rankApart, ({ rank }) => rank);
    return this.#giveNotice(lowest, now + displaceGraceMs);
  }

  /** What is promised to those who stay. */
  #lastingKbps(backbone: boolean): number {
    const { lanes, tuning } = this.#context;
    const isBridge = this.#context.isBridge();
    let kbps = this.#promisedKbps(backbone);
    for (const lane of lanes.all) {
      for (const { endsAt, neighbour } of lane.children) {
        if (endsAt === 0 || neighbour.isLan || (isBridge && neighbour.isBackbone !== backbone)) continue;
        kbps -= lane.kbps * tuning.overhead;
      }
    }
    return kbps;
  }

  /** Whether some neighbour has room for children of this lane. */
  #isElsewhere(lane: Lane): boolean {
    return this.#context.linked.some((one) => {
      const lag = one.states[lane.track.track]?.lags[lane.substream] ?? NO_SOURCE;
      return lag < NO_SOURCE && one.uploadKbps > 0;
    });
  }

  /** Answers whether there is somebody to be told. */
  #giveNotice(place: [Lane, Child] | undefined, endsAt: number): boolean {
    if (place === undefined) return false;
    const [lane, child] = place;
    child.endsAt = endsAt;
    this.#context.send(child.neighbour, {
      type: 'subscribed',
      track: lane.track.track,
      substream: lane.substream,
      accepted: false,
    });
    return true;
  }

  /** Who has a lane first-hand keeps room for its first child: nobody else might have it. */
  #reservedKbps(lane: Lane): number {
    let kbps = 0;
    for (const other of this.#context.lanes.all) {
      if (other !== lane && other.feed && other.children.length === 0) kbps += other.kbps;
    }
    return kbps * this.#context.tuning.overhead;
  }

  /** Those who pass on most come first: what reaches them early reaches others early. */
  #add(lane: Lane, child: Child, cost: number): void {
    const { tuning } = this.#context;
    const worth = worthOf(child.neighbour, lane, tuning);
    let at = lane.children.findIndex((other) => worthOf(other.neighbour, lane, tuning) < worth);
    if (at < 0) at = lane.children.length;
    lane.children.splice(at, 0, child);
    child.neighbour.childOf++;
    this.#promise(child.neighbour, cost);
  }

  #promise(to: Neighbour, kbps: number): void {
    const { budget } = this.#context;
    if (to.isLan) budget.promisedLanKbps += kbps;
    else budget.promisedKbps += kbps;
    if (to.isBackbone && !to.isLan) this.#backboneKbps += kbps;
  }

  #drop(lane: Lane, at: number): void {
    const [child] = lane.children.splice(at, 1);
    child!.neighbour.childOf--;
    this.#promise(child!.neighbour, -lane.kbps * this.#context.tuning.overhead);
  }

  #sendPath(lane: Lane, to: Neighbour): void {
    const path = [this.#context.tag, ...lane.path.slice(0, MAX_PATH - 1)];
    this.#context.send(to, { type: 'path', track: lane.track.track, substream: lane.substream, path });
  }

  #catchUp(lane: Lane, to: Neighbour, since: number): void {
    const { store, world, lanes } = this.#context;
    if (!lane.hasNewest) return;
    const pieces: PieceFrame[] = [];
    let index = lane.newest;
    // From the end of a segment on: the next one is new to it.
    const isBegun = ~since & 255;
    const most = !isBegun ? MAX_OF_SEGMENT : lane.track.substreams > 1 ? MAX_CATCH_UP : MAX_UNDIVIDED;
    // Who was away for longer begins with the newest segment.
    if (compareIndex(index, since) > CATCH_UP_SPAN) since = (index & ~255) - 1;
    for (; compareIndex(index, since) > 0 && pieces.length < most; index--) {
      const frame = lanes.of(index) === lane && store.piece(index);
      if (frame) pieces.push(frame);
      // From the first piece of a segment on to the last that the one before may have.
      if (!(index & 255)) index = (index - (4096 - MAX_PIECES_PER_SEGMENT)) | 0;
    }
    const now = world.now();
    for (const frame of pieces.reverse()) {
      this.push(to, { type: 'piece', frame }, frame.record.byteLength, now);
    }
  }
}

/** Whether one may be told to go to make room for a newcomer of this circle. */
function isMovable({ endsAt, neighbour }: Child, backbone: boolean): boolean {
  return endsAt === 0 && !neighbour.isLan && neighbour.isBackbone === backbone;
}
