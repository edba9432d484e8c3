/** One run: an audience on a virtual clock, fed by one broadcast through the shipped mesh and swarm code. */
import { ChannelSettings } from '../../../protocol/channel.ts';
import { fromHex } from '../../../protocol/bytes.ts';
import { compareIndex, substreamOf } from '../../../protocol/piece-index.ts';
import type { Feed } from '../../../protocol/tracker.ts';
import { STALE_US } from '../../../worker/media/seed-streams.ts';
import { Mesh } from '../../../web/mesh/mesh.ts';
import type { Message } from '../../../web/mesh/message.ts';
import type { MeshControl, MeshOptions, World } from '../../../web/mesh/seams.ts';
import type { Tuning } from '../../../web/mesh/tuning.ts';
import * as v from 'valibot';
import { Arrivals } from './arrivals.ts';
import { Desk } from './desk.ts';
import { Edge, frameBytes } from './edge.ts';
import { edgeOwdMs } from './geography.ts';
import { drawHosts, type HostOptions, residualMs, supplyOf } from './host.ts';
import { Meter } from './meter.ts';
import type { Player } from './player.ts';
import { Random } from './random.ts';
import { asBridge, isBridgeable, type Reduction, reductionFor } from './reduction.ts';
import type { NetworkFaults } from './sim-link.ts';
import { SimPeer } from './sim-peer.ts';
import { Stream, type StreamPiece } from './stream.ts';
import { LinkStates } from './uplink.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface SimulationOptions extends HostOptions {
  peers: number;
  /** Shards simulated in full, 0: all. */
  sample: number;
  seed: number;
  /** Seconds that are counted, and those before. */
  seconds: number;
  warmUpS: number;
  mode: 'backbone' | 'edge-seeded';
  capKbps: number | null;
  pieceMs: number;
  audioMs: number;
  /** A second rendition, as a share of the video's bitrate; 0: none. */
  lower?: number;
  windowMs: number;
  latencyTargetMs: number;
  /** How often viewers report: 300 s, or 30 s while a dashboard is open. */
  reportEveryMs: number;
  shardSize: number;
  edgeFallback: boolean;
  /** The audience comes in over this long at the start. */
  fillMs: number;
  /** Sessions are shorter by this factor. */
  churn: number;
  /** Share of those who leave and say so; the others are noticed after `detectMs`. */
  graceful: number;
  detectMs: number;
  stallEveryMs: number;
  stallMs: number;
  faults: NetworkFaults;
  scenario: 'steady' | 'flash' | 'mass-leave';
  /** Share of the audience that comes at once (flash) or leaves at once (mass-leave). */
  scenarioShare: number;
  tuning?: Partial<Tuning>;
}

/** Media time 0 on the run's clock. */
const START_MS = 1000;
/** A piece is judged this long after its cut. */
const JUDGE_MS = 10_000;
/** From the cut at the origin to the first Media object. */
const LINK_MS = 25;
/** Flash crowds take this long to come; whatever happens begins this long after the warm-up. */
const FLASH_MS = 30_000;
const EVENT_AFTER_MS = 5000;
const COME_AGAIN_MS = 6000;
/** Page, player, fonts and the join answer of one visit, compressed. */
export const PAGE_BYTES = 220_000;

export class Simulation {
  readonly options: SimulationOptions;
  readonly clock = new VirtualClock();
  readonly linkStates = new LinkStates();
  readonly random: Random;
  readonly stream: Stream;
  readonly arrivals: Arrivals;
  readonly meter = new Meter();
  readonly edge: Edge;
  readonly desk: Desk;
  readonly peers: SimPeer[];
  readonly byId = new Map<string, SimPeer>();
  readonly infoHash: Uint8Array;
  readonly faults: NetworkFaults;
  readonly supply: number;
  readonly reduction: Reduction;
  latencyTargetMs: number;
  /** Bytes the edge had sent when counting began. */
  requestsBase = 0;
  edgeBase = { seed: 0, join: 0, repair: 0, help: 0, blocked: 0 };
  here = 0;
  #seeds = new Map<string, Set<SimPeer>>();
  #bindings = 0;
  #hereSum = 0;
  #blockedSum = 0;
  #hereCount = 0;
  #refusals = new Map<string, number>();

  constructor(options: SimulationOptions) {
    this.options = options;
    this.random = new Random(options.seed);
    this.stream = new Stream(options);
    this.infoHash = fromHex(this.stream.broadcast.infoHash)!;
    this.reduction = reductionFor(options.peers, options.sample, options.shardSize);
    const { viewers, bridges } = this.reduction;
    this.arrivals = new Arrivals(viewers + bridges);
    this.edge = new Edge(options.capKbps);
    this.faults = options.faults;
    this.latencyTargetMs = options.latencyTargetMs;
    const hosts = drawHosts(viewers, options, this.random);
    this.supply = supplyOf(hosts, options.kbps);
    this.desk = new Desk(
      this,
      v.parse(ChannelSettings, {
        egressCapKbps: options.capKbps,
        feedMode: options.mode,
        shardSize: options.shardSize,
        latencyTargetMs: options.latencyTargetMs,
      }),
    );
    const able = hosts.filter(isBridgeable);
    for (let i = 0; i < bridges; i++) hosts.push(asBridge(this.random.pick(able)!, viewers + i));
    this.peers = hosts.map((host) => new SimPeer(this, host, host.slot >= viewers));
  }

  get wallMs(): number {
    return this.clock.now;
  }

  /** Media time at the live edge. */
  get mediaMs(): number {
    return this.clock.now - START_MS;
  }

  get refusals(): [string, number][] {
    return [...this.#refusals];
  }

  cutAtMs(piece: StreamPiece): number {
    return START_MS + piece.cutMs;
  }

  nextBinding(): string {
    return `${++this.#bindings}`;
  }

  makeMesh(world: World, options: MeshOptions): MeshControl {
    return new Mesh(world, { ...options, broadcast: { ...options.broadcast, epochMs: START_MS } });
  }

  /** Average audience while it was counted. */
  get averageHere(): number {
    return this.#hereSum / Math.max(1, this.#hereCount);
  }

  get averageBlocked(): number {
    return this.#blockedSum / Math.max(1, this.#hereCount);
  }

  /** Counts from the end of the warm-up on; pieces of the last ten seconds are only waited for. */
  async run(progress?: (second: number) => void): Promise<void> {
    const { options, clock } = this;
    this.#populate();
    this.#cutLoop();
    this.#count();
    this.#happen();
    const end = options.warmUpS + options.seconds;
    for (let second = 1; second <= end; second++) {
      await clock.run(second * 1000);
      if (second === options.warmUpS) this.#startCounting();
      progress?.(second);
    }
    for (const peer of this.peers) if (peer.player && !peer.isLent) this.meterPlayer(peer.player);
  }

  #startCounting(): void {
    this.meter.on = true;
    this.requestsBase = this.edge.requests;
    this.edgeBase = { ...this.edge.bytes };
    for (const { player } of this.peers) player?.forgetPast();
  }

  joined(peer: SimPeer): void {
    this.here++;
    if (!peer.isBlocked && !peer.isLent && this.meter.on) this.meter.joins++;
  }

  left(peer: SimPeer): void {
    this.here--;
    if (this.meter.on) this.meter.leaves++;
    this.byId.delete(peer.peerId);
    for (const set of this.#seeds.values()) set.delete(peer);
    if (this.options.scenario === 'mass-leave' && this.clock.now >= this.#eventMs) return;
    this.#at(this.clock.now + COME_AGAIN_MS + this.random.below(2000), () => peer.join());
  }

  /** A message came over a link. */
  arrived(peer: SimPeer, message: Message): void {
    const { meter } = this;
    if (!meter.on || peer.isLent) return;
    meter.received(message);
    if (message.type !== 'piece') return;
    const { index, byteLength } = message.frame.record;
    const { serial } = this.stream.byIndex(index)!;
    if (serial >= 0 && this.arrivals.has(serial, peer.host.slot)) meter.duplicateBytes += byteLength;
  }

  /** A viewer has left, or the run is over. */
  meterPlayer(player: Player): void {
    if (!this.meter.on) return;
    this.meter.stalls += player.stalls;
    this.meter.stalledMs += player.stalledMs;
    this.meter.playedMs += player.playedMs;
    this.meter.waitedMs += player.waitedMs;
  }

  /** Media from the edge for one viewer, and for those it stands for: who comes first is chance. A lent bridge stands for nobody. */
  take(kind: 'join' | 'repair', bytes: number, isLent = false): boolean {
    const asking = isLent ? 1 : Math.round(this.reduction.factor);
    const mine = this.random.below(asking);
    let isServed = false;
    for (let i = 0; i < asking; i++) {
      if (!this.edge.take(kind, bytes, this.clock.now)) {
        this.edge.refuse(kind, bytes, asking - i - 1);
        return isServed;
      }
      if (i === mine) isServed = true;
    }
    return isServed;
  }

  /** Share of the viewers that play the lower rendition now. */
  get lowerShare(): number {
    const playing = this.peers.filter(({ player, isLent }) => player && !isLent);
    return playing.filter(({ player }) => player!.video !== 0).length / Math.max(1, playing.length);
  }

  refused(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }

  /** The edge changes the set inside an open stream; a first one has to be asked for. */
  setSeed(peer: SimPeer, feeds: Feed[]): void {
    const wanted = new Set(feeds.map(feedKey));
    let isOpen = false;
    for (const [key, set] of this.#seeds) {
      if (!set.has(peer)) continue;
      isOpen = true;
      if (!wanted.has(key)) set.delete(peer);
    }
    if (isOpen) return this.#feed(peer, feeds);
    if (feeds.length === 0) return;
    const held = peer.mesh?.acknowledge() ?? [];
    peer.later(peer.edgeMs, () => {
      this.#feed(peer, peer.feeds);
      this.#fill(peer, held);
    });
  }

  #feed(peer: SimPeer, feeds: Feed[]): void {
    for (const key of feeds.map(feedKey)) {
      const set = this.#seeds.get(key);
      if (set) set.add(peer);
      else this.#seeds.set(key, new Set([peer]));
    }
  }

  /** A new stream begins with what came after the pieces that the seed holds (`worker/media/missed.ts`). */
  #fill(peer: SimPeer, held: (Feed & { index: number })[]): void {
    for (const { track, substream, index } of held) {
      const pieces = this.stream.tracks[track]!;
      let order = pieces.length;
      while (order > 0 && compareIndex(pieces[order - 1]!.frame.record.index, index) > 0) order--;
      for (const piece of pieces.slice(order)) {
        const isRecent = piece.frame.record.decodeTimeUs >= this.mediaMs * 1000 - STALE_US;
        if (isRecent && this.feedOf(piece).substream === substream) this.#give(peer, piece);
      }
    }
  }

  /** The substream that a piece is of, but for init pieces, which are of all. */
  feedOf({ track, frame }: StreamPiece): Feed {
    return { track, substream: substreamOf(frame.record.index, this.#substreams(track)) };
  }

  #substreams(track: number): number {
    return this.stream.broadcast.tracks[track]!.substreams;
  }

  get #eventMs(): number {
    return (this.options.warmUpS * 1000) + EVENT_AFTER_MS;
  }

  #populate(): void {
    const { options, random } = this;
    const shuffled = [...this.peers];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    const late = options.scenario === 'flash' ? Math.floor(shuffled.length * options.scenarioShare) : 0;
    shuffled.forEach((peer, i) => {
      const isLate = i < late;
      const at = isLate ? this.#eventMs + FLASH_MS * i / late : 1 + options.fillMs * random.unit();
      this.#at(at, () => peer.join(isLate ? undefined : options.fillMs + residualMs(random, options.churn)));
    });
  }

  #happen(): void {
    if (this.options.scenario !== 'mass-leave') return;
    this.#at(this.#eventMs, () => {
      for (const peer of this.peers) {
        if (peer.isHere && this.random.chance(this.options.scenarioShare)) peer.leave(false);
      }
    });
  }

  #cutLoop(): void {
    const step = commonPart(this.options.pieceMs, this.options.audioMs);
    const cut = () => {
      for (const piece of this.stream.cut(this.mediaMs)) this.#publish(piece);
      this.#at(this.clock.now + step, cut);
    };
    this.#at(START_MS, () => {
      for (const init of this.stream.inits) this.#send(init);
      cut();
    });
  }

  #publish(piece: StreamPiece): void {
    this.arrivals.open(piece.serial);
    this.#send(piece);
    const judgedAt = this.clock.now + JUDGE_MS;
    if (judgedAt > this.options.warmUpS * 1000) this.#at(judgedAt, () => this.#judge(piece));
  }

  /** To the seeds of its feed. */
  #send(piece: StreamPiece): void {
    const substreams = this.#substreams(piece.track);
    const keys = piece.serial < 0
      ? [...Array(substreams).keys()].map((substream) => feedKey({ track: piece.track, substream }))
      : [feedKey(this.feedOf(piece))];
    if (piece.serial >= 0) this.desk.came(piece);
    const seeds = new Set(keys.flatMap((key) => [...this.#seeds.get(key) ?? []]));
    for (const seed of seeds) this.#give(seed, piece);
  }

  #give(seed: SimPeer, piece: StreamPiece): void {
    this.edge.take(this.desk.isHelped(seed) ? 'help' : 'seed', frameBytes(piece), this.clock.now);
    const delay = LINK_MS + edgeOwdMs(seed.host, 'one') + this.random.exponential(5);
    seed.later(delay, () => seed.mesh?.offerPiece(piece.frame, 'seed'));
  }

  #judge(piece: StreamPiece): void {
    const cutAt = this.cutAtMs(piece);
    for (const peer of this.peers) {
      if (peer.counts(cutAt, piece)) this.meter.sample(this.arrivals.lagMs(piece.serial, peer.host.slot));
    }
  }

  /** Once a second: how many are here, and what those cost who live on the edge. */
  #count(): void {
    const bytesPerS = this.options.kbps * 1000 / 8 * 1.02 * this.reduction.factor;
    const count = () => {
      const blocked = this.peers.reduce((sum, peer) => sum + (peer.isHere && peer.isBlocked ? 1 : 0), 0);
      this.edge.take('blocked', blocked * bytesPerS, this.clock.now);
      if (this.meter.on) {
        this.#hereSum += this.here - this.reduction.bridges;
        this.#blockedSum += blocked;
        this.#hereCount++;
      }
      this.#at(this.clock.now + 1000, count);
    };
    this.#at(1000, count);
  }

  #at(timeMs: number, run: () => void): void {
    this.clock.at(timeMs, RUN, run);
  }
}

const RUN = { fire: (run: unknown) => (run as () => void)() };

function feedKey({ track, substream }: Feed): string {
  return `${track}.${substream}`;
}

/** The greatest common divisor: every piece of either length ends at a multiple of it. */
function commonPart(a: number, b: number): number {
  return b === 0 ? a : commonPart(b, a % b);
}
