/** A data channel between two simulated peers: each end is a Link of the mesh and the receiver of what is sent to it. */
import type { Message } from '../../../web/mesh/message.ts';
import type { Link, LinkRoute } from '../../../web/mesh/seams.ts';
import { owdMs, sameLan } from './geography.ts';
import { overheadBytesOf, PACKET_HEADER_BYTES, packetsFor, payloadBytesOf } from './packet-bytes.ts';
import type { SimPeer } from './sim-peer.ts';

/** What the network does to packets. */
export interface NetworkFaults {
  /** Probability that a packet is lost and sent again by fast retransmission. */
  loss: number;
  /** Probability that a message waits for a retransmission timeout, and how long that is. */
  timeoutLoss: number;
  timeoutMs: number;
  /** Mean of the time that a message spends in the two stacks. */
  processingMs: number;
}

/** Bytes of a data channel that fit into its usual congestion window. */
const WINDOW_BYTES = 24_000;
/** Notice that the other side is gone. */
const CLOSED = { closed: true } as const;

export class SimLink implements Link {
  readonly peerId: string;
  readonly route: LinkRoute;
  readonly binding: string;
  readonly backbone: boolean;
  readonly owner: SimPeer;
  readonly owdMs: number;
  other!: SimLink;
  isOpen = true;
  /** Its place in the run's link states. */
  readonly #id: number;

  private constructor(owner: SimPeer, peer: SimPeer, binding: string, backbone: boolean) {
    this.owner = owner;
    this.peerId = peer.peerId;
    this.route = sameLan(owner.host, peer.host) ? 'lan' : 'peer';
    this.binding = binding;
    this.backbone = backbone;
    this.owdMs = owdMs(owner.host, peer.host);
    this.#id = owner.sim.linkStates.open();
  }

  /** Joins two peers; both meshes begin their handshake. */
  static open(a: SimPeer, b: SimPeer, binding: string, backbone: boolean): void {
    const x = new SimLink(a, b, binding, backbone);
    const y = new SimLink(b, a, binding, backbone);
    x.other = y;
    y.other = x;
    a.linkOpened(x);
    b.linkOpened(y);
  }

  get queuedBytes(): number {
    return this.isOpen ? this.owner.sim.linkStates.queuedBytes(this.#id, this.owner.clock.now) : 0;
  }

  send(message: Message): void {
    const { owner } = this;
    if (!this.isOpen || owner.isMute) return;
    let sent = message;
    if (message.type === 'piece') {
      if (owner.host.conduct === 'silent') return;
      if (owner.host.conduct === 'poison') {
        sent = { type: 'piece', frame: owner.sim.stream.poisoned(message.frame) };
      }
    }
    const overhead = overheadBytesOf(sent);
    const bytes = overhead + payloadBytesOf(sent);
    const packets = packetsFor(bytes);
    const wire = bytes + packets * PACKET_HEADER_BYTES;
    const now = owner.clock.now;
    const leftMs = (this.route === 'lan' ? owner.lanUplink : owner.uplink).send(now, wire);
    const { linkStates } = owner.sim;
    linkStates.queue(this.#id, now, leftMs, wire);
    const arrival = linkStates.arrival(this.#id, leftMs + this.#transitMs(bytes, packets));
    owner.clock.at(arrival, this.other, sent);
  }

  close(): void {
    if (!this.isOpen) return;
    this.#end();
    this.owner.linkGone(this);
    this.owner.clock.after(this.owdMs, this.other, CLOSED);
  }

  /** The owner is gone without a word: the other side finds out after a while. */
  die(afterMs: number): void {
    if (this.isOpen) this.#end();
    this.owner.clock.after(afterMs, this.other, CLOSED);
  }

  fire(payload: unknown): void {
    if (!this.isOpen) return;
    if (payload === CLOSED) {
      this.#end();
      this.owner.linkGone(this);
      this.owner.mesh?.linkClosed(this.peerId, 'closed by the other side');
    } else {
      const message = payload as Message;
      this.owner.sim.arrived(this.owner, message);
      this.owner.mesh?.receive(this.peerId, message);
    }
  }

  #end(): void {
    this.isOpen = false;
    this.owner.sim.linkStates.close(this.#id);
  }

  #transitMs(bytes: number, packets: number): number {
    const { random, faults } = this.owner.sim;
    let delay = this.owdMs + 0.4 * faults.processingMs + random.exponential(0.6 * faults.processingMs);
    if (bytes > WINDOW_BYTES) {
      delay += (Math.ceil(Math.log2(bytes / WINDOW_BYTES + 1)) - 1) * 2 * this.owdMs;
    }
    if (this.route === 'lan') return delay;
    const x = random.unit();
    if (x < faults.timeoutLoss) delay += faults.timeoutMs + this.owdMs;
    else if (x < faults.timeoutLoss + faults.loss * packets) delay += 2.4 * this.owdMs + 20;
    return delay;
  }
}
