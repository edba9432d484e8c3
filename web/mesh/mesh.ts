/**
 * The mesh: push on substreams, pull to repair, the edge before a deadline. This file puts the parts together and
 * says what becomes of each message and each piece; the decisions are in the parts.
 */
import type { PieceFrame } from '../../protocol/frame.ts';
import { compareIndex, INIT_PIECE, pieceOf } from '../../protocol/piece-index.ts';
import type { Feed } from '../../protocol/tracker.ts';
import { UploadBudget } from './budget.ts';
import { Children } from './children.ts';
import { Coming } from './coming.ts';
import type { Context } from './context.ts';
import { CutClock, cutMsOf } from './cut-clock.ts';
import { Deadline } from './deadline.ts';
import { acknowledgeFeeds } from './acknowledge.ts';
import { type Lane, Lanes } from './lane.ts';
import { keyBytes, Links } from './links.ts';
import { Membership } from './membership.ts';
import { controlBytesOf } from './message-size.ts';
import type { Message, MessageOf } from './message.ts';
import { Meter } from './meter.ts';
import { type Neighbour, peerTag } from './neighbour.ts';
import { OwnLine } from './own-line.ts';
import { hasLane, Parents, toldLagMs } from './parents.ts';
import { Repair } from './repair.ts';
import type { Link, MeshControl, MeshOptions, MeshStats, PieceSource, Playhead, World } from './seams.ts';
import { Teller } from './teller.ts';
import { stretched, TUNING, type Tuning } from './tuning.ts';
import { Verifier } from './verify.ts';
import { claimState } from './window-state.ts';
import { WindowStore } from './window-store.ts';

/** Housekeeping is done once in so many ticks. */
const SLOW_TICKS = 10;
/** Breaches that an honest peer may commit now and then; they are forgiven at a rate of one a second. */
const MAX_STRIKES = 30;
/**
 * Everybody tells his state every few seconds: who is not heard of for so long is frozen, or plays dead. Seconds in
 * which nobody is heard of do not count: it is this peer then that is cut off; nor do those of who is fed: a page in a hidden
 * tab, whose timers are slow, lives on what it is given.
 */
const MAX_QUIET_S = 10;
/** Who took nothing for so long of what is sent to it is fed no more: its end of the link is gone, or sleeps. */
const MAX_STUCK_S = 2;
/** Longest relayed payload, in characters. */
const MAX_RELAY = 20_000;

export class Mesh implements MeshControl {
  #context: Context;
  /** The numbers as they are without a longer latency target. */
  #usual: Tuning;
  #links: Links;
  #parents: Parents;
  #children: Children;
  #repair: Repair;
  #deadline: Deadline;
  #membership: Membership;
  #teller: Teller;
  #timer: number | undefined;
  #ticks = 0;
  #backbone = 0;
  #demandKbps = 0;

  constructor(world: World, options: MeshOptions) {
    const usual = options.tuning === undefined ? TUNING : { ...TUNING, ...options.tuning };
    const tuning = stretched(usual, options.latencyTargetMs);
    this.#usual = usual;
    const context: Context = {
      world,
      options,
      tuning,
      tag: peerTag(options.peerId),
      store: new WindowStore(options.broadcast, options.windowMs),
      lanes: new Lanes(options.broadcast),
      clock: new CutClock(world, options.broadcast.epochMs),
      budget: new UploadBudget(options.uploadKbps, tuning),
      meter: new Meter(),
      verifier: new Verifier(world, keyBytes(options.broadcast.publicKey)),
      linked: [],
      send: (to, message) => this.#send(to, message),
      line: new OwnLine(),
      coming: new Coming(),
      isBridge: () => this.#backbone > 0,
      demandKbps: () => this.#demandKbps,
    };
    this.#context = context;
    this.#children = new Children(context);
    this.#teller = new Teller(context, this.#children);
    this.#parents = new Parents(context, (lane) => this.#children.tellPath(lane));
    this.#repair = new Repair(context, (index) => this.#deadline.isFetching(index));
    this.#deadline = new Deadline(context, this.#repair, (frame) => this.#take(frame, undefined, 'repair'));
    this.#links = new Links(context, {
      onLinked: (neighbour) => this.#onLinked(neighbour),
      onUnlinked: (neighbour) => this.#onUnlinked(neighbour),
      onMessage: (neighbour, message) => this.#onMessage(neighbour, message),
      makeRoom: (link) => this.#membership.makeRoom(link),
    });
    this.#membership = new Membership(context, this.#links);
    this.setTracks(options.tracks);
    this.#timer = world.setTimer(tuning.tickMs * (0.5 + world.random()), () => this.#tick());
  }

  addLink(link: Link): void {
    if (this.#timer === undefined) return link.close('the mesh is closed');
    this.#links.add(link);
  }

  receive(peerId: string, message: Message): void {
    const neighbour = this.#links.get(peerId);
    if (neighbour === undefined) return;
    neighbour.heardAt = this.#context.world.now();
    neighbour.quietS = 0;
    // Messages come in order: it says this in place of what it was asked for.
    neighbour.vain += neighbour.owes;
    neighbour.owes = 0;
    this.#context.meter.controlBytes += controlBytesOf(message);
    this.#links.receive(neighbour, message);
  }

  linkClosed(peerId: string, reason: string): void {
    const neighbour = this.#links.get(peerId);
    if (neighbour !== undefined) this.#links.close(neighbour, reason);
  }

  misbehaved(peerId: string): void {
    const neighbour = this.#links.get(peerId);
    if (neighbour !== undefined) this.#links.offend(neighbour, 'protocol');
  }

  offerPiece(frame: PieceFrame, source: 'seed' | 'join' | 'run'): void {
    const { index } = frame.record;
    if (source !== 'seed' && pieceOf(index) !== INIT_PIECE) {
      const now = this.#context.world.now();
      const goesOn = this.#context.coming.observe(cutMsOf(frame.record), now);
      this.#repair.onEdgePiece(index, source === 'join', goesOn, now);
    }
    this.#take(frame, undefined, source);
  }

  awaitEdge(tracks: number[]): void {
    this.#context.coming.begin(tracks, this.#context.world.now());
  }

  setFeeds(feeds: Feed[]): void {
    for (const lane of this.#context.lanes.all) {
      const held = feeds.find((one) => one.track === lane.track.track && one.substream === lane.substream);
      const { feed, parent } = lane;
      lane.feed = held !== undefined;
      lane.isFed = lane.feed && !held!.ending;
      if (lane.isFed) this.#parents.leave(lane);
      if (feed === lane.feed && parent === lane.parent) continue;
      lane.runIndex = undefined;
      if (lane.feed) {
        lane.fedSince = this.#context.world.now();
        // Who lost this lane's old source looks for a new one: here it is.
        this.#teller.soon();
      }
      // A parent that was found while the feed was ending has told whom its pieces come through.
      if (lane.parent !== undefined) continue;
      lane.path = [];
      this.#children.tellPath(lane);
    }
    this.#parents.attachAll();
  }

  acknowledge(): { track: number; substream: number; index: number }[] {
    return acknowledgeFeeds(this.#context.lanes, this.#context.store);
  }

  setPlayhead(playhead: Playhead): void {
    this.#deadline.setPlayhead(playhead);
  }

  setTracks(tracks: number[], carried: number[] = []): void {
    this.#demandKbps = 0;
    for (const lane of this.#context.lanes.all) {
      const { track } = lane.track;
      lane.carried = carried.includes(track) && !tracks.includes(track);
      const wanted = lane.carried || tracks.includes(track);
      if (wanted && !lane.wanted) this.#repair.restart(lane.track.track);
      lane.wanted = wanted;
      if (lane.wanted) this.#demandKbps += lane.kbps * this.#context.tuning.overhead;
      else this.#parents.leave(lane);
    }
    this.#parents.attachAll();
  }

  setUploadKbps(kbps: number): void {
    this.#context.budget.kbps = kbps;
  }

  setGiving(gives: boolean): void {
    this.#children.setGiving(gives);
  }

  setLatencyTarget(ms: number): void {
    this.#deadline.latencyTargetMs = ms;
    this.#context.tuning = this.#context.budget.tuning = stretched(this.#usual, ms);
  }

  leaveToRuns(fromMs: number): void {
    this.#deadline.runsFromMs = fromMs;
  }

  renewTicket(ticket: Uint8Array): void {
    this.#links.renewTicket(ticket);
  }

  ban(identities: string[]): void {
    this.#links.ban(identities);
  }

  signal(to: string, via: string, payload: string): boolean {
    const neighbour = this.#links.get(via);
    if (neighbour?.stage !== 'linked' || payload.length > MAX_RELAY) return false;
    this.#send(neighbour, { type: 'relay', to, from: this.#context.options.peerId, payload });
    return true;
  }

  piece(index: number): PieceFrame | undefined {
    return this.#context.store.piece(index);
  }

  stats(): MeshStats {
    const { meter, linked, lanes, budget } = this.#context;
    let children = 0;
    let parented = 0;
    let substreams = 0;
    for (const lane of lanes.all) {
      children += lane.children.length;
      if (!lane.wanted) continue;
      substreams++;
      if (lane.hasSource) parented++;
    }
    return {
      bytes: { ...meter.bytes },
      duplicateBytes: meter.duplicateBytes,
      uploadBytes: meter.uploadBytes,
      controlBytes: meter.controlBytes,
      repairs: meter.repairs,
      links: linked.length,
      children,
      parented,
      substreams,
      uploadKbps: budget.effectiveKbps,
      promisedKbps: budget.promisedKbps,
      demandKbps: this.#demandKbps,
      lagP50Ms: meter.lagAt(0.5),
      lagP95Ms: meter.lagAt(0.95),
      lagNowMs: meter.recentLagAt(0.95),
    };
  }

  parents(): { peerId: string; lanes: number }[] {
    const lanes = new Map<string, number>();
    for (const { parent, wanted } of this.#context.lanes.all) {
      if (!wanted || !parent) continue;
      lanes.set(parent.link.peerId, (lanes.get(parent.link.peerId) ?? 0) + 1);
    }
    return [...lanes].map(([peerId, count]) => ({ peerId, lanes: count }));
  }

  /**
   * How many peers a piece passed on its way here when its substream is pushed: 0 at a feed. Undefined while nobody
   * feeds the substream, or the parent has not told.
   */
  hops(index: number): number | undefined {
    const lane = this.#context.lanes.of(index);
    if (lane?.feed) return 0;
    return lane?.parent && lane.path.length > 0 ? lane.path.length : undefined;
  }

  close(): void {
    if (this.#timer === undefined) return;
    this.#context.world.clearTimer(this.#timer);
    this.#timer = undefined;
    for (const neighbour of [...this.#links.all()]) {
      if (neighbour.stage === 'linked') this.#send(neighbour, { type: 'goodbye' });
      this.#links.close(neighbour, 'leaving');
    }
  }

  #send(to: Neighbour, message: Message): void {
    if (to.stage === 'closed') return;
    this.#context.meter.controlBytes += controlBytesOf(message);
    to.link.send(message);
  }

  #tick(): void {
    const { world, tuning } = this.#context;
    this.#timer = world.setTimer(tuning.tickMs, () => this.#tick());
    const now = world.now();
    if (++this.#ticks % SLOW_TICKS === 0) this.#housekeeping(now);
    this.#parents.adapt(now);
    this.#repair.begin(now);
    this.#deadline.tick(now);
    this.#repair.tick(now);
    this.#teller.tick(now);
  }

  #housekeeping(now: number): void {
    const { linked, budget, store, tuning } = this.#context;
    this.#children.expire(now);
    this.#links.sweep(now);
    this.#context.line.turn();
    let queued = 0;
    const hears = linked.some(({ quietS }) => quietS === 0);
    for (let i = linked.length - 1; i >= 0; i--) {
      const neighbour = linked[i]!;
      const { queuedBytes } = neighbour.link;
      const leftBytes = neighbour.sentBytes - queuedBytes;
      // A queue that does not move at all tells of the other end, not of this line.
      if (queuedBytes > 0 && leftBytes <= neighbour.leftBytes) {
        if (++neighbour.stuckS > MAX_STUCK_S) this.#children.removeAll(neighbour);
      } else {
        neighbour.stuckS = 0;
        queued += queuedBytes;
      }
      neighbour.leftBytes = leftBytes;
      neighbour.bad *= 0.97;
      if (neighbour.strikes > 0) neighbour.strikes--;
      for (const index of neighbour.repeated) {
        if (store.piece(index) === undefined) neighbour.repeated.delete(index);
      }
      if (hears && neighbour.childOf < 1 && ++neighbour.quietS > MAX_QUIET_S) {
        this.#links.close(neighbour, 'silent');
      } else if (neighbour.vain > tuning.maxVain && now - neighbour.gaveAt > tuning.giveMs) {
        // Who gave something lately is slow at worst, and who was met just now may have had no time.
        this.#links.offend(neighbour, 'gives-nothing', now + tuning.awayMs);
      }
    }
    budget.adapt(queued);
    this.#membership.tick(now);
  }

  #onLinked(neighbour: Neighbour): void {
    if (neighbour.isBackbone) this.#backbone++;
    this.#membership.onLinked(neighbour);
    this.#teller.tell([neighbour]);
  }

  #onUnlinked(neighbour: Neighbour): void {
    if (neighbour.isBackbone) this.#backbone--;
    this.#children.removeAll(neighbour);
    this.#repair.lost(neighbour);
    this.#parents.lost(neighbour);
    this.#membership.onUnlinked(neighbour);
  }

  #onMessage(from: Neighbour, message: Message): void {
    switch (message.type) {
      case 'piece':
        return this.#take(message.frame, from, from.link.route);
      case 'state':
        return this.#onState(from, message);
      case 'request':
        return this.#onRequest(from, message.index);
      case 'reject':
        return this.#repair.onReject(message.index, from, this.#context.world.now());
      case 'subscribe':
        return this.#children.onSubscribe(from, message);
      case 'unsubscribe': {
        const lane = this.#context.lanes.at(message.track, message.substream);
        if (lane !== undefined) this.#children.remove(lane, from);
        return;
      }
      case 'subscribed':
        return this.#parents.onSubscribed(from, message);
      case 'path':
        return this.#parents.onPath(from, message);
      case 'peers':
        return this.#membership.onPeers(from, message);
      case 'relay':
        return this.#onRelay(from, message);
      case 'goodbye':
        return this.#links.close(from, 'goodbye');
    }
  }

  #onState(from: Neighbour, message: MessageOf<'state'>): void {
    const { clock, store, world } = this.#context;
    const transit = clock.now() - message.clockMs;
    const first = from.stateAt === 0;
    from.transitMs = first ? transit : from.transitMs * 0.7 + 0.3 * transit;
    from.stateAt = world.now();
    from.spareKbps = message.spareKbps;
    for (const state of message.tracks) {
      const window = store.track(state.track);
      if (window === undefined) continue;
      const before = from.states[state.track];
      if (before !== undefined && claimState(window, before)) from.vain++;
      from.states[state.track] = state;
      claimState(window, state);
    }
    if (first) this.#parents.attachAll();
  }

  #onRequest(from: Neighbour, index: number): void {
    const { store, budget, world, tuning } = this.#context;
    const frame = store.piece(index);
    const now = world.now();
    const isBehind = !from.isLan && budget.behindMs(now) > tuning.rejectBehindMs;
    const isSent = frame !== undefined && budget.kbps > 0 && this.#children.gives && !isBehind &&
      this.#children.push(from, { type: 'piece', frame }, frame.record.byteLength, now);
    if (!isSent) this.#send(from, { type: 'reject', index });
  }

  #onRelay(from: Neighbour, message: MessageOf<'relay'>): void {
    const { world, options } = this.#context;
    if (message.payload.length > MAX_RELAY || !from.relays.take(1, world.now())) return this.#strike(from, 5);
    if (message.to === options.peerId) {
      world.emit({
        type: 'signal',
        from: message.from,
        via: from.peerId,
        backbone: from.isBackbone,
        payload: message.payload,
      });
      return;
    }
    const to = this.#links.get(message.to);
    if (to?.stage !== 'linked' || to === from || to.isBackbone !== from.isBackbone) return;
    this.#send(to, { ...message, from: from.peerId });
  }

  /** A piece from anywhere: judged, stored, played, passed on. */
  #take(frame: PieceFrame, from: Neighbour | undefined, source: PieceSource): void {
    const { store, verifier, meter, world } = this.#context;
    const { index, byteLength } = frame.record;
    const lane = this.#context.lanes.of(index);
    const now = world.now();
    const asked = this.#repair.onPiece(index, from, now);
    const pushed = from === undefined ? source === 'seed' : lane?.parent === from;
    if (from !== undefined) from.receivedBytes += byteLength;
    const standing = store.standing(frame);
    if (lane === undefined || standing === 'refused') {
      if (from !== undefined) this.#strike(from, 3);
      return;
    }
    if (from !== undefined) {
      from.gaveAt = now;
      from.vain = 0;
    }
    meter.bytes[source] += byteLength;
    if (from !== undefined && !asked && hasLane(from, lane)) {
      const lag = this.#context.clock.now() - cutMsOf(frame.record);
      this.#context.line.observe(lag - toldLagMs(from, lane));
    }
    if (standing === 'held') {
      meter.duplicateBytes += byteLength;
      if (pushed) {
        lane.onPush(now, this.#context.clock.now() - cutMsOf(frame.record));
        // A parent may bring what came another way meanwhile, but not a second time.
        if (from?.repeated.has(index)) this.#strike(from, 1);
        from?.repeated.add(index);
      } else if (from !== undefined && !asked) this.#unasked(from, lane);
      return;
    }
    if (verifier.isBusy(index) || verifier.isFull) {
      meter.duplicateBytes += byteLength;
      return;
    }
    verifier.judge(frame, (verdict) => {
      if (verdict === 'good') {
        if (standing === 'new') this.#store(frame, lane, from, source, pushed);
        else if (from !== undefined && !asked && !pushed) this.#unasked(from, lane);
      } else if (verdict !== 'failed' && from !== undefined) this.#links.offend(from, verdict);
    });
  }

  #store(
    frame: PieceFrame,
    lane: Lane,
    from: Neighbour | undefined,
    source: PieceSource,
    pushed: boolean,
  ): void {
    const { store, clock, meter, world } = this.#context;
    const { index } = frame.record;
    if (store.standing(frame) !== 'new') return;
    store.put(frame);
    // What neighbours told before the pause says nothing of what they have now.
    if (this.#parents.onMedia(world.now())) {
      this.#teller.soon();
      this.#context.budget.catchUp();
      this.#repair.begin(world.now());
    }
    if (pieceOf(index) !== INIT_PIECE && (!lane.hasNewest || compareIndex(index, lane.newest) > 0)) {
      lane.newest = index;
      lane.hasNewest = true;
    }
    if (pushed) {
      const lag = clock.observe(cutMsOf(frame.record));
      if (lane.lagMs < 0) this.#teller.soon();
      lane.onPush(world.now(), lag);
      lane.repaired *= 0.8;
      meter.lag(lag);
    } else if (source !== 'join' && source !== 'run') meter.lag(clock.now() - cutMsOf(frame.record));
    world.emit({ type: 'piece', index, source });
    this.#children.forward(lane, frame, from, !pushed);
  }

  /** A push nobody asked for: the sender has not heard that we left, or does not care. */
  #unasked(from: Neighbour, lane: Lane): void {
    this.#send(from, { type: 'unsubscribe', track: lane.track.track, substream: lane.substream });
    this.#strike(from, 1);
  }

  #strike(neighbour: Neighbour, weight: number): void {
    neighbour.strikes += weight;
    if (neighbour.strikes > MAX_STRIKES) this.#links.offend(neighbour, 'flood');
  }
}
