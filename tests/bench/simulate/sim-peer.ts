/**
 * One viewer: the world of a shipped mesh, and the stand-in for web/peer, which joins, signals and opens links. It
 * lives in a slot; a viewer who left makes room for another one on the same machine.
 */
import { toBase64Url } from '../../../protocol/bytes.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import { encodeTicket, peerIdFor, TICKET_BYTES } from '../../../protocol/ticket.ts';
import type { Feed, Introduction, Relief } from '../../../protocol/tracker.ts';
import { EdgeBusy, type MeshControl, type MeshEvent, type World } from '../../../web/mesh/seams.ts';
import { Dialer } from './dialer.ts';
import { frameBytes } from './edge.ts';
import { edgeOwdMs } from './geography.ts';
import { type Host, sessionMs } from './host.ts';
import { newestStart, Player } from './player.ts';
import { Reporter } from './reporter.ts';
import type { SimLink } from './sim-link.ts';
import type { Simulation } from './simulation.ts';
import { simulatedSignature, simulatedVerify, type StreamPiece } from './stream.ts';
import { Uplink } from './uplink.ts';
import type { VirtualClock } from './virtual-clock.ts';

const LAN_KBPS = 200_000;
const DOWNLINK_KBPS = 20_000;
const PLAYER_TICK_MS = 100;
const BUSY_RETRY_MS = 1000;
/** Join request: name, TCP, TLS and the answer, in round trips; then the work at both ends. */
const JOIN_ROUND_TRIPS = 3;
const JOIN_WORK_MS = 60;
const SOCKET_ROUND_TRIPS = 2;
/** A viewer counts for lateness when it has been here for this long. */
const SETTLED_MS = 4000;

/** Runs a closure as an event. */
const RUN = { fire: (run: unknown) => (run as () => void)() };

export class SimPeer implements World {
  readonly sim: Simulation;
  readonly host: Host;
  readonly clock: VirtualClock;
  readonly uplink: Uplink;
  readonly lanUplink = new Uplink(LAN_KBPS);
  readonly edgeMs: number;
  readonly random: () => number;
  /** Bridge of a shard that is not simulated: it is in the backbone alone and counts for nothing itself. */
  readonly isLent: boolean;
  peerId = '';
  mesh: MeshControl | undefined;
  links = new Map<string, SimLink>();
  feeds: Feed[] = [];
  joinedMs = -1;
  /** Left without a word: nothing goes out any more. */
  isMute = false;
  player: Player | undefined;
  readonly dialer: Dialer;
  readonly reporter: Reporter;
  ticket: Uint8Array = new Uint8Array(TICKET_BYTES);
  /** Rendition to play, and one that is carried for others. */
  #wantedVideo = 0;
  #carried: number[] = [];
  readonly #luck: number;
  #visit = 0;
  #started = false;

  constructor(sim: Simulation, host: Host, isLent = false) {
    this.sim = sim;
    this.host = host;
    this.clock = sim.clock;
    this.uplink = new Uplink(host.uplinkKbps);
    this.edgeMs = edgeOwdMs(host, 'each');
    this.random = sim.random.unit;
    this.#luck = Math.imul(host.slot + 1, 0x9e3779b1) / 2 ** 32 + 0.5;
    this.isLent = isLent;
    this.dialer = new Dialer(this);
    this.reporter = new Reporter(this);
  }

  get isHere(): boolean {
    return this.joinedMs >= 0;
  }

  /** Cannot use WebRTC: lives on the edge. */
  get isBlocked(): boolean {
    return this.host.nat === 'blocked' && this.host.lan < 0;
  }

  /** Whether a piece cut at this time counts at this viewer. */
  counts(cutAtMs: number, { track, frame }: StreamPiece): boolean {
    if (!this.isHere || this.isBlocked || this.isLent || cutAtMs < this.joinedMs + SETTLED_MS) return false;
    return this.player?.plays(track, frame.record.decodeTimeUs / 1000) ?? track < 2;
  }

  /** Begins a visit. `staysMs` undefined: drawn. */
  join(staysMs?: number): void {
    const { sim, clock } = this;
    if (this.isHere) return;
    const visit = ++this.#visit;
    this.joinedMs = clock.now;
    this.isMute = false;
    this.#started = false;
    sim.joined(this);
    const stay = staysMs ?? sessionMs(sim.random, sim.options.churn);
    this.#during(visit, stay, () => this.leave(sim.random.chance(sim.options.graceful)));
    if (this.isBlocked) return;
    this.#makeIdentity(visit);
    sim.arrivals.forget(this.host.slot);
    this.#during(visit, JOIN_ROUND_TRIPS * 2 * this.edgeMs + JOIN_WORK_MS, () => this.#answered(visit));
  }

  leave(politely: boolean): void {
    if (!this.isHere) return;
    const { sim } = this;
    sim.left(this);
    this.joinedMs = -1;
    this.#visit++;
    this.isMute = !politely;
    if (this.player && !this.isLent) sim.meterPlayer(this.player);
    if (!politely) {
      for (const link of this.links.values()) link.die(sim.options.detectMs + sim.random.below(200));
    }
    this.mesh?.close();
    this.mesh = undefined;
    this.player = undefined;
    this.feeds = [];
    this.dialer.close();
    this.reporter.reset();
    sim.desk.leave(this, politely);
    for (const link of [...this.links.values()]) link.close();
    this.links.clear();
  }

  now(): number {
    return this.clock.now;
  }

  wallClockS(): number {
    return this.clock.now / 1000;
  }

  setTimer(delayMs: number, run: () => void): number {
    return this.clock.after(delayMs, RUN, run);
  }

  clearTimer(id: number): void {
    this.clock.cancel(id);
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return this.sim.stream.hashOf(bytes);
  }

  verify(_publicKey: Uint8Array, _message: Uint8Array, signature: Uint8Array): boolean {
    return simulatedVerify(signature);
  }

  sign(_message: Uint8Array): Uint8Array {
    return simulatedSignature();
  }

  fetchPiece(index: number): Promise<PieceFrame> {
    const { sim, clock } = this;
    return new Promise((resolve, reject) => {
      const piece = sim.stream.byIndex(index);
      const trip = 2 * this.edgeMs + sim.random.exponential(20);
      if (piece && piece.serial >= 0) sim.desk.askedSingly(this, piece);
      if (!piece) return void clock.after(trip, RUN, () => reject(new Error('not cut')));
      if (!sim.take('repair', frameBytes(piece), this.isLent)) {
        sim.desk.refusedSingly();
        return void clock.after(trip, RUN, () => reject(new EdgeBusy(BUSY_RETRY_MS)));
      }
      clock.after(trip + 20 + sim.random.exponential(20) + frameBytes(piece) * 8 / DOWNLINK_KBPS, RUN, () => {
        if (
          sim.meter.on && !this.isLent && piece.serial >= 0 && sim.arrivals.has(piece.serial, this.host.slot)
        ) {
          sim.meter.duplicateBytes += piece.frame.record.byteLength;
        }
        resolve(piece.frame);
      });
    });
  }

  emit(event: MeshEvent): void {
    switch (event.type) {
      case 'piece': {
        const piece = this.sim.stream.byIndex(event.index)!;
        if (piece.serial >= 0) {
          this.sim.arrivals.note(piece.serial, this.host.slot, this.clock.now - this.sim.cutAtMs(piece));
        }
        return;
      }
      case 'connect':
        return this.dialer.dial([event.peerId], event.via, event.backbone);
      case 'signal':
        return this.dialer.heard(event.from, event.payload, event.via);
      case 'starving':
        if (this.sim.meter.on) this.sim.meter.starvings++;
        return this.sim.desk.tell(this, {
          action: 'more',
          want: Math.min(20, event.want),
          known: event.known.slice(0, 64),
        }, event.backbone ? 'backbone' : 'shard');
      case 'offence':
        if (this.sim.meter.on) this.sim.meter.offences++;
        return this.sim.desk.tell(this, {
          action: 'complain',
          peer_id: event.peerId,
          identity: event.identity,
          why: event.why,
        });
    }
  }

  /** The edge named peers; `path` undefined: over the shard's socket, else over the backbone's. */
  introduced(neighbours: Introduction[], backbone: boolean): void {
    this.dialer.dial(neighbours.map((one) => one.peer_id), backbone ? 'backbone' : 'shard');
  }

  /** Another latency target. */
  aim(latencyTargetMs: number): void {
    if (this.player) this.player.targetMs = latencyTargetMs;
    this.mesh?.setLatencyTarget(latencyTargetMs);
  }

  /** What supply control asks of who gives little, and of who gives much. */
  relieve(relief: Relief | null): void {
    const givesKbps = this.mesh?.stats().uploadKbps ?? 0;
    this.#wantedVideo = relief && givesKbps < relief.belowKbps ? relief.track : 0;
    const carries = relief && givesKbps >= relief.carryKbps && this.#luck < relief.carryShare;
    this.#carried = carries ? [relief.track] : [];
    this.player?.wantVideo(this.#wantedVideo);
    this.mesh?.setTracks(this.#takenTracks, this.#carried);
    this.sim.desk.describe(this);
  }

  /** While one rendition follows another both are taken. */
  get #takenTracks(): number[] {
    return [...new Set([this.player?.video ?? 0, 1, this.#wantedVideo])];
  }

  setFeeds(feeds: Feed[]): void {
    this.feeds = feeds;
    this.mesh?.setFeeds(feeds);
    this.sim.setSeed(this, feeds);
  }

  linkOpened(link: SimLink): void {
    this.links.set(link.peerId, link);
    this.mesh!.addLink(link);
  }

  linkGone(link: SimLink): void {
    if (this.links.get(link.peerId) === link) this.links.delete(link.peerId);
  }

  /** Does this later in the same visit only. */
  later(delayMs: number, run: () => void): void {
    this.#during(this.#visit, delayMs, run);
  }

  #during(visit: number, delayMs: number, run: () => void): void {
    this.clock.after(delayMs, RUN, () => {
      if (this.#visit === visit) run();
    });
  }

  #makeIdentity(visit: number): void {
    const key = new Uint8Array(32);
    const view = new DataView(key.buffer);
    view.setUint32(0, this.host.slot);
    view.setUint32(4, visit);
    const identity = key.slice(0, 8);
    this.peerId = peerIdFor(this.sha256(key));
    const infoHash = this.sim.infoHash;
    const signed = encodeTicket({ infoHash, peerKey: key, identity, expiresS: 1e6 });
    this.ticket = new Uint8Array(TICKET_BYTES);
    this.ticket.set(signed);
    this.ticket.set(simulatedSignature(), signed.length);
    this.sim.byId.set(this.peerId, this);
  }

  /** The join answer is here: media from the edge if the cap allows, and the way into the swarm. */
  #answered(visit: number): void {
    const { sim, host } = this;
    const { latencyTargetMs } = sim;
    this.#wantedVideo = 0;
    this.#carried = [];
    this.player = new Player(sim.stream, sim.arrivals, host.slot, latencyTargetMs);
    this.mesh = sim.makeMesh(this, {
      broadcast: sim.stream.broadcast,
      peerId: this.peerId,
      ticket: this.ticket,
      edgeKey: new Uint8Array(32),
      windowMs: sim.options.windowMs,
      uploadKbps: host.grantedKbps,
      neighbours: host.uplinkClass === 0 ? 12 : 20,
      tracks: this.#takenTracks,
      latencyTargetMs,
      edgeFallback: sim.options.edgeFallback,
      tuning: sim.options.tuning,
    });
    this.#joinMedia(visit);
    this.#during(visit, SOCKET_ROUND_TRIPS * 2 * this.edgeMs, () => sim.desk.enter(this));
    const stagger = sim.random.below(PLAYER_TICK_MS);
    this.#during(visit, stagger, () => this.#play(visit));
    this.#stalls(visit);
  }

  #joinMedia(visit: number): void {
    const { sim } = this;
    const start = newestStart(sim.stream);
    if (!start) return;
    const pieces: StreamPiece[] = [...sim.stream.inits.slice(0, 2)];
    for (const track of sim.stream.tracks.slice(0, 2)) {
      const first = track.findLastIndex((piece) =>
        piece.frame.record.decodeTimeUs < start.frame.record.decodeTimeUs
      );
      pieces.push(...track.slice(first + 1));
    }
    const bytes = pieces.reduce((sum, piece) => sum + frameBytes(piece), 0);
    if (this.isLent || !sim.take('join', bytes)) return;
    // It follows the answer of the join in the same response.
    this.#during(visit, bytes * 8 / DOWNLINK_KBPS, () => {
      for (const { frame } of pieces) this.mesh?.offerPiece(frame, 'join');
    });
  }

  #play(visit: number): void {
    const { sim, player } = this;
    if (!player || !this.mesh) return;
    const { video } = player;
    const isStarted = player.tick(sim.mediaMs, PLAYER_TICK_MS);
    if (player.video !== video) {
      this.mesh.setTracks(this.#takenTracks, this.#carried);
      sim.desk.describe(this);
    }
    if (isStarted && !this.#started) {
      this.#started = true;
      if (sim.meter.on && !this.isLent) sim.meter.startups.push(this.clock.now - this.joinedMs);
    }
    this.mesh.setPlayhead(player.playhead);
    this.#during(visit, PLAYER_TICK_MS, () => this.#play(visit));
  }

  /** Now and then a network stands still. */
  #stalls(visit: number): void {
    const { stallEveryMs, stallMs } = this.sim.options;
    if (stallEveryMs <= 0) return;
    this.#during(visit, this.sim.random.exponential(stallEveryMs), () => {
      this.uplink.stall(this.clock.now, 300 + this.sim.random.exponential(stallMs));
      this.#stalls(visit);
    });
  }
}

/** Base64url of what an announce carries. */
export function ticketText(peer: SimPeer): string {
  return toBase64Url(peer.ticket);
}
