/**
 * The edge's side of the swarm: the shipped Steward and Swarm classes behind sockets with delay, as the Channel and
 * Swarm objects drive them. What they say and hear is counted as signaling.
 */
import { toBase64Url, toBinaryString } from '../../../protocol/bytes.ts';
import type { ChannelSettings } from '../../../protocol/channel.ts';
import { peerIdFor } from '../../../protocol/ticket.ts';
import type { FromPeer } from '../../../protocol/from-peer.ts';
import { Lacking } from '../../../worker/media/lacking.ts';
import { BACKBONE, isBackbone } from '../../../worker/swarm/backbone.ts';
import { uploadTerms } from '../../../worker/swarm/belief.ts';
import { renditionsOf, toCandidate } from '../../../worker/swarm/feeds.ts';
import type { Outgoing } from '../../../worker/swarm/outgoing.ts';
import { type Place, witnessGroup } from '../../../worker/swarm/place.ts';
import { emptySeat, type PeerRow, type Seat } from '../../../worker/swarm/seat.ts';
import { SeedWatch } from '../../../worker/swarm/seed-watch.ts';
import { WATCHED_REPORT_MS } from '../../../worker/swarm/pace.ts';
import { pickShard } from '../../../worker/swarm/shards.ts';
import { bridgesOf, type Orders, Steward } from '../../../worker/swarm/steward.ts';
import { Swarm } from '../../../worker/swarm/swarm.ts';
import type { Port, SwarmWorld } from '../../../worker/swarm/world.ts';
import { DESCRIPTION_BYTES } from './packet-bytes.ts';
import { type SimPeer, ticketText } from './sim-peer.ts';
import type { Simulation } from './simulation.ts';
import { simulatedSignature, type StreamPiece } from './stream.ts';

const ROLLUP_MS = 10_000;
const TICK_MS = 500;
const ACK_MS = 2000;
/** As in worker/objects/swarm.ts: who is told of at once, and the shares of its limit at which a shard rolls up. */
const EAGER_PEERS = 24;
const STEPS = [0.5, 0.75, 0.9];
const PRETENDED_BYTES = 1e6;
const PROOF = toBase64Url(simulatedSignature());
/** A WebSocket message on the network: TCP, IP and TLS headers. */
const FRAME_BYTES = 90;

interface Shard {
  name: string;
  swarm: Swarm;
  /** Bridges asked for, and roll-up steps reached. */
  bridges: number;
  step: number;
}

interface Sockets {
  shard?: SimSocket;
  backbone?: SimSocket;
  /** Which one told of the feeds that its peer holds. */
  fedBy?: 'shard' | 'backbone';
}

export class Desk {
  readonly steward: Steward;
  readonly #sim: Simulation;
  readonly #settings: ChannelSettings;
  readonly #shards = new Map<string, Shard>();
  readonly #sockets = new Map<SimPeer, Sockets>();
  readonly #watch = new SeedWatch();
  readonly #lacking = new Lacking();
  /** How often a substream was lacking though it had its seeds. */
  doubted = 0;
  /** Peers whose feeds are help of supply control. */
  readonly #helped = new Set<string>();
  #repairTold = 0;

  constructor(sim: Simulation, settings: ChannelSettings) {
    this.#sim = sim;
    this.#settings = settings;
    this.steward = new Steward(settings, sim.stream.broadcast.tracks);
    for (const shard of this.steward.shards) this.#shard(shard);
    this.#every(ROLLUP_MS, () => [...this.#shards.values()].forEach((shard) => this.#rollUp(shard)));
    this.#every(TICK_MS, () => this.#tick());
  }

  /** Whether what this peer gets first-hand is help, not a seed's feeds. */
  isHelped(peer: SimPeer): boolean {
    return this.#helped.has(peer.peerId);
  }

  get shardCount(): number {
    return this.#shards.size;
  }

  isBridge(peer: SimPeer): boolean {
    return this.#sockets.get(peer)?.backbone !== undefined;
  }

  /** A piece was handed to the seeds of its substream. */
  came(piece: StreamPiece): void {
    this.#lacking.came(this.#sim.feedOf(piece));
  }

  /** A viewer asks the edge for one piece. */
  askedSingly(peer: SimPeer, piece: StreamPiece): void {
    this.#lacking.asked(this.#sim.feedOf(piece), piece.frame.record.index, witnessGroup(placeOf(peer)));
  }

  /** ... and is put off. */
  refusedSingly(): void {
    this.#lacking.refused();
  }

  /** Opens the signaling socket and announces. */
  enter(peer: SimPeer): void {
    if (peer.isLent) {
      const homes = this.steward.bridgeHomes;
      this.#open(peer, homes[placeOf(peer).region] ?? BACKBONE, 'backbone');
      return this.#acknowledge(peer);
    }
    const name = pickShard(this.steward.rooms, placeOf(peer), this.#sim.random.unit) ?? '0';
    this.#open(peer, name, 'shard');
    if (peer.mesh) this.#acknowledge(peer);
  }

  leave(peer: SimPeer, politely: boolean): void {
    const sockets = this.#sockets.get(peer);
    this.#sockets.delete(peer);
    const delay = politely ? peer.edgeMs : this.#sim.options.detectMs;
    for (const socket of [sockets?.shard, sockets?.backbone]) socket?.hangUp(delay);
  }

  tell(peer: SimPeer, message: FromPeer, way: 'shard' | 'backbone' = 'shard'): void {
    this.#sockets.get(peer)?.[way]?.say(message);
  }

  /** An offer or answer through a socket. False when there is none. */
  signal(peer: SimPeer, to: string, payload: string, way: 'shard' | 'backbone'): boolean {
    const socket = this.#sockets.get(peer)?.[way];
    if (!socket) return false;
    const about = { action: 'announce', info_hash: this.infoHash, peer_id: peer.peerId } as const;
    const isOffer = payload.startsWith('offer');
    const description = { type: isOffer ? 'offer' : 'answer', sdp: payload } as const;
    socket.say(
      isOffer
        ? { ...about, offers: [{ offer_id: peer.peerId, offer: description, to_peer_id: to }] }
        : { ...about, answer: description, to_peer_id: to, offer_id: to },
      DESCRIPTION_BYTES,
    );
    return true;
  }

  /** It plays another rendition now. */
  describe(peer: SimPeer): void {
    const { shard, backbone } = this.#sockets.get(peer) ?? {};
    for (const socket of [shard, backbone]) {
      socket?.say({
        action: 'announce',
        info_hash: this.infoHash,
        peer_id: peer.peerId,
        capability: capabilityOf(peer),
      });
    }
  }

  get infoHash(): string {
    return toBinaryString(this.#sim.infoHash);
  }

  /** A message of the edge reached a peer. */
  heard(peer: SimPeer, socket: SimSocket, message: Outgoing): void {
    if ('failure reason' in message) return this.#sim.refused(message['failure reason']);
    switch (message.action) {
      case 'welcome':
        if (socket.way === 'shard') peer.reporter.pace(message.reportEveryMs, message.reportPhaseMs);
        if (message.channel?.relief && socket.way === 'shard') peer.relieve(message.channel.relief);
        return peer.introduced(message.neighbours, socket.way === 'backbone');
      case 'pace':
        return peer.reporter.pace(message.reportEveryMs, message.reportPhaseMs);
      case 'channel':
        if (message.latencyTargetMs !== undefined) peer.aim(message.latencyTargetMs);
        if (message.relief !== undefined && socket.way === 'shard') peer.relieve(message.relief);
        return;
      case 'neighbours':
        return peer.introduced(message.neighbours, socket.way === 'backbone');
      case 'announce': {
        const description = message.offer ?? message.answer;
        if (description && message.peer_id) peer.dialer.heard(message.peer_id, description.sdp, socket.way);
        return;
      }
      case 'feeds': {
        const sockets = this.#sockets.get(peer);
        if (sockets) sockets.fedBy = socket.way;
        return peer.setFeeds(message.feeds);
      }
      case 'bridge': {
        const sockets = this.#sockets.get(peer);
        if (!sockets) return;
        if (message.path !== null && !sockets.backbone) {
          return this.#open(peer, shardAt(message.path), 'backbone');
        }
        if (message.path === null) {
          sockets.backbone?.hangUp(peer.edgeMs);
          if (sockets.backbone && sockets.fedBy === 'backbone') peer.setFeeds([]);
          delete sockets.backbone;
        }
        return;
      }
      case 'redirect':
        return this.#open(peer, shardAt(message.path), socket.way);
      case 'drop':
        return peer.mesh?.ban(message.identities);
      case 'kicked':
        return peer.leave(true);
    }
  }

  #open(peer: SimPeer, name: string, way: 'shard' | 'backbone'): void {
    const socket = new SimSocket(this, peer, this.#shard(name).swarm, way, this.#sim);
    const sockets = this.#sockets.get(peer) ?? {};
    sockets[way] = socket;
    this.#sockets.set(peer, sockets);
    socket.say({
      action: 'announce',
      info_hash: this.infoHash,
      peer_id: peer.peerId,
      event: 'started',
      ticket: ticketText(peer),
      proof: PROOF,
      capability: capabilityOf(peer),
    });
  }

  #shard(name: string): Shard {
    let shard = this.#shards.get(name);
    if (!shard) {
      const limit = this.steward.limitOf(name);
      const terms = uploadTerms(this.#sim.stream.broadcast.tracks, this.#settings.uploadRatio);
      const config = { infoHash: this.infoHash, shard: name, limit, stock: name === '0', terms };
      shard = { name, swarm: new Swarm(this.#worldOf(name), config), bridges: 0, step: 0 };
      shard.swarm.setPace(this.#sim.options.reportEveryMs);
      const { latencyTargetMs, relief = null } = this.steward;
      shard.swarm.channel = { state: 'live', latencyTargetMs, relief };
      this.#shards.set(name, shard);
    }
    return shard;
  }

  #worldOf(name: string): SwarmWorld {
    const sim = this.#sim;
    return {
      nowMs: () => sim.wallMs,
      random: sim.random.unit,
      peerIdOf: (key) => peerIdFor(sim.stream.hashOf(key)),
      verify: () => true,
      right: () => ({}),
      grant: () => ({ value: 'grant', expiresS: 1e6 }),
      renew: () => ({ ticket: '', expiresS: 1e6, iceServers: [] }),
      elsewhere: (row) => {
        this.#carryOut(this.steward.full(name, this.#shards.get(name)!.swarm.viewers, sim.wallMs));
        const room = pickShard(
          this.steward.rooms.filter((one) => one.shard !== name),
          row.place,
          sim.random.unit,
        );
        return room === undefined ? undefined : `/?shard=${room}`;
      },
      across: (shard, id, message) => this.#shards.get(shard)?.swarm.deliver(id, message, name),
      acked: (row, _acks, given) => {
        const alone = !this.#shards.get(name)!.swarm.hasTaker(row);
        if (!this.#watch.note(row.id, given, alone, sim.wallMs)) return;
        this.#carryOut(this.steward.lost(row.id, undefined, sim.wallMs));
      },
      hasEnough: () => {},
      seated: (row) => this.#seated(this.#shards.get(name)!, row),
      reported: () => {},
      left: (row) => {
        this.#watch.forget(row.id);
        if (row.seed) this.#carryOut(this.steward.left(name, row.id, sim.wallMs));
        if (row.bridge) this.#lend(name);
      },
      doubted: ({ id }) => this.#carryOut(this.steward.doubted(id, sim.wallMs)),
      banned: () => {},
    };
  }

  /** The Media object tells what was asked of it to repair, and time passes. */
  #tick(): void {
    const asked = this.#sim.edge.bytes.repair + this.#sim.edge.refusedRepair;
    this.#carryOut(this.steward.repaired(asked - this.#repairTold, this.#sim.wallMs));
    this.#repairTold = asked;
    const renditions = renditionsOf(this.#sim.stream.broadcast.tracks).map(({ track }) => track);
    const lacking = this.#lacking.look(this.#sim.wallMs, renditions);
    if (lacking.length === 0) return;
    this.doubted += lacking.length;
    this.#carryOut(this.steward.lacking(lacking, this.#sim.wallMs));
  }

  #seated(shard: Shard, row: PeerRow): void {
    const { name, swarm } = shard;
    const next = STEPS[shard.step];
    if (next !== undefined && swarm.viewers >= next * this.steward.limitOf(name)) this.#rollUp(shard);
    else if (swarm.viewers <= EAGER_PEERS) {
      this.#carryOut(
        this.steward.offered(name, toCandidate(row, this.steward.relief), swarm.viewers, this.#sim.wallMs),
      );
    }
    if (shard.bridges < bridgesOf(this.steward.limitOf(name))) this.#lend(name);
  }

  #rollUp(shard: Shard): void {
    const { name, swarm } = shard;
    shard.step = STEPS.filter((step) => swarm.viewers >= step * this.steward.limitOf(name)).length;
    const rollup = swarm.rollup();
    // A shard stands for those that are left out: what they ask of the edge is reckoned beside all who watch.
    const factor = isBackbone(name) ? 1 : this.#sim.reduction.factor;
    const carried = (rollup.carried ?? rollup.viewers) * factor;
    const uploadKbps = rollup.uploadKbps * factor;
    this.#carryOut(this.steward.rolledUp({ ...rollup, carried, uploadKbps }, this.#sim.wallMs));
    const { reportEveryMs } = this.#sim.options;
    swarm.setPace(this.steward.supplyStep > 0 ? Math.min(WATCHED_REPORT_MS, reportEveryMs) : reportEveryMs);
    this.#lend(name);
  }

  #lend(name: string): void {
    if (isBackbone(name)) return;
    const shard = this.#shards.get(name)!;
    const homes = Object.entries(this.steward.bridgeHomes).map((
      [region, home],
    ) => [region, `/?shard=${home}`]);
    shard.bridges = shard.swarm.lendBridges(
      this.steward.backbone ? Object.fromEntries(homes) : null,
      bridgesOf(this.steward.limitOf(name)),
    );
  }

  #carryOut(orders: Orders): void {
    for (const shard of orders.open) {
      this.#shard(shard);
      this.steward.opened(shard);
    }
    if (orders.backboneChanged) { for (const { name } of [...this.#shards.values()]) this.#lend(name); }
    if (orders.beyondChanged) {
      for (const { name, swarm } of this.#shards.values()) {
        if (isBackbone(name)) swarm.beyond = this.steward.beyond(name);
      }
    }
    if (orders.latencyChanged || orders.reliefChanged) {
      const { latencyTargetMs, relief = null } = this.steward;
      this.#sim.latencyTargetMs = latencyTargetMs;
      for (const { swarm } of this.#shards.values()) {
        swarm.channel = { state: 'live', latencyTargetMs, relief };
        swarm.pushAll({
          action: 'channel',
          state: 'live',
          latencyTargetMs,
          ...(orders.reliefChanged && { relief }),
        });
      }
    }
    for (const { id, shard, feeds, help } of orders.deals) {
      if (help && feeds.length > 0) this.#helped.add(id);
      else this.#helped.delete(id);
      const here = this.#shard(shard).swarm.pushFeeds(id, feeds, '/seed');
      if (!here && feeds.length > 0) this.#carryOut(this.steward.left(shard, id, this.#sim.wallMs));
    }
    const { close, surplus } = orders;
    for (
      const { shard, into, count } of [
        ...(close ? [{ ...close, count: 10_000 }] : []),
        ...(surplus ? [surplus] : []),
      ]
    ) {
      this.#shards.get(shard)?.swarm.drain(into.map((one) => `/?shard=${one}`), count);
    }
  }

  /** Seeds tell what they hold and what they gave. */
  #acknowledge(peer: SimPeer): void {
    let given = 0;
    const tell = () => {
      peer.later(ACK_MS, tell);
      if (peer.feeds.length === 0 || !peer.mesh) return;
      const { uploadBytes } = peer.mesh.stats();
      const sockets = this.#sockets.get(peer);
      const socket = sockets?.[sockets.fedBy ?? 'shard'];
      // Who promises and never gives says that it does.
      const says = peer.host.conduct === 'silent' ? PRETENDED_BYTES : uploadBytes - given;
      socket?.say({ action: 'ack', acks: peer.mesh.acknowledge(), given: says });
      given = uploadBytes;
    };
    peer.later(ACK_MS, tell);
  }

  #every(ms: number, run: () => void): void {
    const { clock } = this.#sim;
    const target = {
      fire: () => {
        run();
        clock.after(ms, target, undefined);
      },
    };
    clock.after(ms, target, undefined);
  }
}

/** One signaling socket, both of its ends. */
class SimSocket implements Port {
  readonly seat: Seat;
  readonly way: 'shard' | 'backbone';
  readonly #desk: Desk;
  readonly #peer: SimPeer;
  readonly #swarm: Swarm;
  readonly #sim: Simulation;
  /** The visit this socket belongs to. */
  readonly #joinedMs: number;
  #isOpen = true;

  constructor(desk: Desk, peer: SimPeer, swarm: Swarm, way: 'shard' | 'backbone', sim: Simulation) {
    this.seat = emptySeat(placeOf(peer));
    this.way = way;
    this.#desk = desk;
    this.#peer = peer;
    this.#swarm = swarm;
    this.#sim = sim;
    this.#joinedMs = peer.joinedMs;
  }

  save(): void {}

  /** Peer to edge. */
  say(message: FromPeer, extraBytes = 0): void {
    const { meter, clock } = this.#sim;
    if (meter.on && !this.#peer.isLent) {
      const bytes = sizeOf(message) + extraBytes;
      if (message.action !== 'report') meter.signalBytesIn += bytes;
    }
    clock.after(this.#peer.edgeMs, {
      fire: () => {
        if (this.#isOpen) void this.#swarm.handle(this, message);
      },
    }, undefined);
  }

  /** Edge to peer. */
  send(message: Outgoing): void {
    const { meter, clock } = this.#sim;
    const isDescription = 'offer' in message || 'answer' in message;
    if (meter.on && !this.#peer.isLent) {
      meter.signalBytesOut += sizeOf(message) + (isDescription ? DESCRIPTION_BYTES : 0);
    }
    clock.after(this.#peer.edgeMs, {
      fire: () => {
        if (this.#peer.joinedMs === this.#joinedMs && this.#peer.mesh) {
          this.#desk.heard(this.#peer, this, message);
        }
      },
    }, undefined);
  }

  /** By the edge. */
  close(_code: number, _reason: string): void {
    this.#isOpen = false;
  }

  /** By the peer; the edge notices after a while. */
  hangUp(delayMs: number): void {
    this.#sim.clock.after(delayMs, {
      fire: () => {
        if (!this.#isOpen) return;
        this.#isOpen = false;
        this.#swarm.gone(this);
      },
    }, undefined);
  }
}

function shardAt(path: string): string {
  return new URL(path, 'sim:/').searchParams.get('shard') ?? '0';
}

function sizeOf(message: unknown): number {
  return JSON.stringify(message).length + FRAME_BYTES;
}

function capabilityOf({ host, player }: SimPeer) {
  const { nat } = host;
  return {
    uploadKbps: Math.round(host.grantedKbps),
    track: player?.video ?? 0,
    nat,
    device: 'computer' as const,
  };
}

/** Where the edge sees a peer. */
function placeOf({ host }: SimPeer): Place {
  const number = host.lan >= 0 ? host.lan + (1 << 23) : host.slot;
  return {
    address: `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`,
    network: `${host.region * 12 + host.network}`,
    country: `C${host.region}`,
    region: `R${host.region}`,
  };
}
