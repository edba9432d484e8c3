/**
 * A small deterministic swarm: meshes on one virtual clock, links with latency, uplinks with bandwidth. Not the
 * simulator (tests/bench/simulate): it has no NATs, regions or sessions; it shows that the rules hold.
 */
import { toHex } from '../../../protocol/bytes.ts';
import { fromHex } from '../../../protocol/bytes.ts';
import type { PieceFrame } from '../../../protocol/frame.ts';
import { encodeTicket, peerIdFor } from '../../../protocol/ticket.ts';
import { concatBytes } from '../../../protocol/bytes.ts';
import type { Feed } from '../../../protocol/tracker.ts';
import { substreamOf, trackOf } from '../../../protocol/piece-index.ts';
import { Mesh } from '../mesh.ts';
import type { Message } from '../message.ts';
import { controlBytesOf } from '../message-size.ts';
import type { Link, LinkRoute, MeshEvent, MeshOptions, World } from '../seams.ts';
import { randomFrom, VirtualClock } from './clock.ts';
import { fakeHash, fakeSign, fakeVerify } from './fake-crypto.ts';
import { Source, sourceHash } from './source.ts';

export interface PeerSettings {
  uploadKbps: number;
  /** What the uplink really carries; the budget by default. */
  uplinkKbps: number;
  /** One queue for all that comes, from peers and from the edge; no limit by default. */
  downlinkKbps: number;
  edgeFallback: boolean;
  neighbours: number;
  options: Partial<MeshOptions>;
}

/** One end of a link. Bytes leave one after the other at the uplink's rate, then take the latency. */
class SwarmLink implements Link {
  readonly peerId: string;
  readonly route: LinkRoute;
  readonly binding: string;
  readonly backbone: boolean;
  #from: SwarmPeer;
  #to: SwarmPeer;
  #latencyMs: number;
  #arrivesAt = 0;
  isOpen = true;
  /** The other end takes nothing any more, as one whose machine sleeps, and nobody has noticed. */
  isStuck = false;
  #stuckBytes = 0;
  other!: SwarmLink;

  constructor(
    from: SwarmPeer,
    to: SwarmPeer,
    binding: string,
    route: LinkRoute,
    latencyMs: number,
    bb: boolean,
  ) {
    this.#from = from;
    this.#to = to;
    this.peerId = to.peerId;
    this.route = route;
    this.binding = binding;
    this.backbone = bb;
    this.#latencyMs = latencyMs;
  }

  get queuedBytes(): number {
    return this.#stuckBytes;
  }

  send(message: Message): void {
    if (!this.isOpen) return;
    const { clock } = this.#from.swarm;
    const filtered = this.#from.outgoing(message, this.peerId);
    if (filtered === undefined) return;
    const bytes = controlBytesOf(filtered) + (filtered.type === 'piece' ? filtered.frame.bytes.length : 0);
    if (this.isStuck) return void (this.#stuckBytes += bytes);
    let leaves = clock.now;
    if (this.route !== 'lan') {
      this.#from.freeAt = Math.max(this.#from.freeAt, clock.now) + bytes * 8 / this.#from.uplinkKbps;
      leaves = this.#from.freeAt;
    }
    this.#arrivesAt = Math.max(this.#arrivesAt, leaves + this.#latencyMs);
    clock.deliver(this.#arrivesAt - clock.now, () =>
      this.#to.download(bytes, () => {
        if (!this.other.isOpen || !this.#to.isAlive) return;
        this.#to.receivedBytes += bytes;
        this.#to.receive(this.#from.peerId, filtered);
      }));
  }

  close(reason: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { clock } = this.#from.swarm;
    clock.deliver(Math.max(this.#latencyMs, this.#arrivesAt - clock.now), () => {
      if (!this.other.isOpen) return;
      this.other.isOpen = false;
      this.#to.linkClosed(this.#from.peerId, reason);
    });
  }

  /** The connection dies without a word; both ends learn of it later. */
  cut(afterMs: number): void {
    for (
      const [link, peer, gone] of [[this, this.#from, this.#to], [this.other, this.#to, this.#from]] as const
    ) {
      if (!link.isOpen) continue;
      link.isOpen = false;
      this.#from.swarm.clock.deliver(afterMs, () => peer.linkClosed(gone.peerId, 'connection lost'));
    }
  }
}

/** A peer with an honest mesh inside; subclasses misbehave. */
export class SwarmPeer {
  readonly swarm: Swarm;
  readonly key: Uint8Array<ArrayBuffer>;
  readonly peerId: string;
  readonly identity: string;
  ticket: Uint8Array<ArrayBuffer>;
  readonly events: MeshEvent[] = [];
  readonly links = new Map<string, SwarmLink>();
  readonly arrivals = new Map<number, number>();
  uplinkKbps: number;
  readonly downlinkKbps: number;
  freeAt = 0;
  /** When what was sent here so far is through. */
  throughAt = 0;
  receivedBytes = 0;
  edgeBytes = 0;
  isAlive = true;
  feeds: Feed[] = [];
  mesh: Mesh;

  constructor(swarm: Swarm, number: number, settings: Partial<PeerSettings>, world: Partial<World> = {}) {
    this.swarm = swarm;
    this.key = fakeHash(new TextEncoder().encode(`peer ${number}`));
    this.peerId = peerIdFor(sourceHash(this.key));
    const identity = this.key.slice(0, 8);
    this.identity = toHex(identity);
    this.ticket = swarm.issueTicket(this.key, identity, 600);
    const uploadKbps = settings.uploadKbps ?? 2000;
    this.uplinkKbps = Math.max(64, settings.uplinkKbps ?? uploadKbps);
    this.downlinkKbps = settings.downlinkKbps ?? Infinity;
    this.mesh = new Mesh({ ...this.#world(number), ...world }, {
      broadcast: swarm.source.broadcast,
      peerId: this.peerId,
      ticket: this.ticket,
      edgeKey: swarm.edgeKey,
      windowMs: 30_000,
      uploadKbps,
      neighbours: settings.neighbours ?? 10,
      tracks: swarm.source.broadcast.tracks.map((track) => track.track),
      latencyTargetMs: 1500,
      edgeFallback: settings.edgeFallback ?? false,
      ...settings.options,
    });
  }

  /** Does it when the downlink has carried so many bytes more. */
  download(bytes: number, run: () => void): void {
    const { clock } = this.swarm;
    if (this.downlinkKbps === Infinity) return run();
    this.throughAt = Math.max(this.throughAt, clock.now) + bytes * 8 / this.downlinkKbps;
    clock.deliver(this.throughAt - clock.now, run);
  }

  receive(from: string, message: Message): void {
    this.mesh.receive(from, message);
  }

  linkClosed(peerId: string, reason: string): void {
    this.links.delete(peerId);
    this.mesh.linkClosed(peerId, reason);
  }

  /** What really goes out; an attacker changes it. */
  outgoing(message: Message, _to: string): Message | undefined {
    return message;
  }

  /** What is signed as proof; a thief of tickets cannot do this. */
  sign(message: Uint8Array): Uint8Array {
    return fakeSign(this.key, message);
  }

  /** Gives this peer substreams first-hand; the swarm's source pushes them. */
  feed(feeds: Feed[]): void {
    this.feeds = feeds;
    this.mesh.setFeeds(feeds);
  }

  onEvent(event: MeshEvent): void {
    if (event.type === 'piece') this.arrivals.set(event.index, this.swarm.clock.now);
    else {
      this.events.push(event);
      if (event.type === 'connect') this.swarm.onConnect(this, event.peerId, event.backbone);
      else if (event.type === 'starving') this.swarm.onStarving(this, event.want, event.known);
    }
  }

  #world(number: number): World {
    const { clock, source } = this.swarm;
    const random = randomFrom(this.swarm.seed * 7919 + number);
    return {
      now: () => clock.now,
      wallClockS: () => clock.now / 1000,
      random,
      setTimer: (delayMs, run) => clock.after(delayMs, run),
      clearTimer: (id) => clock.cancel(id),
      sha256: (bytes) => sourceHash(bytes),
      verify: (key, message, signature) => fakeVerify(key, message, signature),
      sign: (message) => this.sign(message),
      fetchPiece: (index) =>
        new Promise((resolve, reject) =>
          clock.deliver(60, () => {
            const frame = source.frames.get(index);
            if (frame === undefined || this.swarm.isEdgeAway) return reject(new Error('no such piece'));
            this.edgeBytes += frame.bytes.length;
            this.download(frame.bytes.length, () => resolve(frame));
          })
        ),
      emit: (event) => this.onEvent(event),
    };
  }
}

export class Swarm {
  readonly clock = new VirtualClock();
  readonly source: Source;
  readonly seed: number;
  readonly random: () => number;
  readonly edgeKey = fakeHash(Uint8Array.of(9));
  readonly peers: SwarmPeer[] = [];
  /** Cut time of each piece, for lag. */
  readonly cutAt = new Map<number, number>();
  latencyMs = 30;
  #byId = new Map<string, SwarmPeer>();
  #links = 0;
  /** Whether `connect` and `starving` lead to new links. */
  introduces = true;
  /** Whether the edge names neighbours to those who ask; peers may find each other without. */
  hasEdge = true;

  /** The edge is gone: seeds get nothing, and nobody can fetch. */
  #isAway = false;
  #missed: PieceFrame[] = [];

  constructor(seed = 1, source = new Source()) {
    this.seed = seed;
    this.source = source;
    this.random = randomFrom(seed);
    this.#cutEvery(100);
  }

  add(settings: Partial<PeerSettings> = {}, Kind = SwarmPeer, world: Partial<World> = {}): SwarmPeer {
    const peer = new Kind(this, this.peers.length, settings, world);
    this.peers.push(peer);
    this.#byId.set(peer.peerId, peer);
    return peer;
  }

  issueTicket(key: Uint8Array, identity: Uint8Array, seconds: number): Uint8Array<ArrayBuffer> {
    const encoded = encodeTicket({
      infoHash: fromHex(this.source.broadcast.infoHash)!,
      peerKey: key,
      identity,
      expiresS: Math.floor(this.clock.now / 1000) + seconds,
    });
    return concatBytes(encoded, fakeSign(this.edgeKey, encoded));
  }

  link(a: SwarmPeer, b: SwarmPeer, route: LinkRoute = 'peer', backbone = false): void {
    if (a === b || a.links.has(b.peerId) || !a.isAlive || !b.isAlive) return;
    const binding = `binding ${this.#links++}`;
    const latency = route === 'lan' ? 2 : this.latencyMs * (0.5 + this.random());
    const there = new SwarmLink(a, b, binding, route, latency, backbone);
    const back = new SwarmLink(b, a, binding, route, latency, backbone);
    there.other = back;
    back.other = there;
    a.links.set(b.peerId, there);
    b.links.set(a.peerId, back);
    a.mesh.addLink(there);
    b.mesh.addLink(back);
  }

  /** Everybody gets about so many links, at random. */
  linkAtRandom(each: number): void {
    for (const peer of this.peers) this.join(peer, each);
  }

  join(peer: SwarmPeer, want: number): void {
    for (let tries = 0; peer.links.size < want && tries < want * 5; tries++) {
      this.link(peer, this.peers[Math.floor(this.random() * this.peers.length)]!);
    }
  }

  get isEdgeAway(): boolean {
    return this.#isAway;
  }

  /** Back, seeds get what they missed of the last three seconds, newest first: so does the origin fill the edge. */
  set isEdgeAway(isAway: boolean) {
    this.#isAway = isAway;
    const oldestUs = (this.clock.now - 3000) * 1000;
    const refill = this.#missed.splice(0).filter(({ record }) => record.decodeTimeUs >= oldestUs).reverse();
    for (const [at, frame] of refill.entries()) this.#push(frame, 20 + 2 * at);
  }

  /** Gone without a goodbye; neighbours notice after a second. */
  kill(peer: SwarmPeer): void {
    peer.isAlive = false;
    for (const link of [...peer.links.values()]) link.cut(1000);
    peer.mesh.close();
  }

  onConnect(from: SwarmPeer, peerId: string, backbone: boolean): void {
    const to = this.#byId.get(peerId);
    if (to !== undefined && this.introduces) {
      this.clock.deliver(300, () => this.link(from, to, 'peer', backbone));
    }
  }

  onStarving(from: SwarmPeer, want: number, known: string[]): void {
    if (!this.introduces || !this.hasEdge) return;
    const others = this.peers.filter((peer) => peer.isAlive && peer !== from && !known.includes(peer.peerId));
    for (let i = 0; i < want && others.length > 0; i++) {
      const [other] = others.splice(Math.floor(this.random() * others.length), 1);
      this.clock.deliver(300, () => this.link(from, other!));
    }
  }

  run(seconds: number): void {
    this.clock.run(this.clock.now + seconds * 1000);
  }

  /** The pieces cut between two moments that a peer lacks or got later than `lateMs`. */
  late(peer: SwarmPeer, fromMs: number, toMs: number, lateMs: number): number[] {
    const late: number[] = [];
    for (const [index, cut] of this.cutAt) {
      if (cut < fromMs || cut >= toMs) continue;
      const at = peer.arrivals.get(index);
      if (at === undefined || at - cut > lateMs) late.push(index);
    }
    return late;
  }

  #cutEvery(stepMs: number): void {
    this.clock.after(stepMs, () => {
      this.#cutEvery(stepMs);
      const { now } = this.clock;
      for (const track of this.source.broadcast.tracks) {
        const step = track.sliceMs;
        if (now % step !== 0) continue;
        for (const frame of this.source.cut(track, now - step, now)) {
          this.#publish(frame, now);
        }
      }
    });
  }

  #publish(frame: PieceFrame, now: number): void {
    if (!this.source.isInit(frame)) this.cutAt.set(frame.record.index, now);
    if (this.#isAway) this.#missed.push(frame);
    else this.#push(frame, 20);
  }

  #push(frame: PieceFrame, afterMs: number): void {
    const { index } = frame.record;
    const { track, substreams } = this.source.broadcast.tracks.find((one) => one.track === trackOf(index))!;
    const substream = substreamOf(index, substreams);
    for (const peer of this.peers) {
      if (!peer.isAlive) continue;
      if (!peer.feeds.some((feed) => feed.track === track && feed.substream === substream)) continue;
      this.clock.deliver(afterMs, () =>
        peer.download(frame.bytes.length, () => {
          if (peer.isAlive) peer.mesh.offerPiece(frame, 'seed');
        }));
    }
  }
}

/** All substreams of a broadcast, as feeds. */
export function allFeeds(source: Source): Feed[] {
  return source.broadcast.tracks.flatMap((track) =>
    Array.from({ length: track.substreams }, (_, substream) => ({ track: track.track, substream }))
  );
}
