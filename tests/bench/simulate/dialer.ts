/**
 * Stand-in for the dialer of web/peer: an offer goes out and an answer comes back over the same way (a signaling
 * socket or a common neighbour), ICE takes its time, and a pair of NATs lets it through or not.
 */
import { AT_FIRST, ENOUGH, FIRST_MS, LINKED_MS } from '../../../web/peer/dialer.ts';
import { iceDelayMs, meetingProbability, owdMs } from './geography.ts';
import { SimLink } from './sim-link.ts';
import type { SimPeer } from './sim-peer.ts';

const MOST_IN_FLIGHT = 12;
const MOST_CONNECTIONS = 40;
const MOST_OF_A_BRIDGE = 56;
/** An attempt that nobody answers is given up. */
const GIVE_UP_MS = 10_000;

/** `shard` and `backbone` are sockets; anything else is the id of a common neighbour. */
export type Way = string;

interface Attempt {
  offered: boolean;
  /** The other side is there and willing. */
  answered: boolean;
}

export class Dialer {
  readonly #peer: SimPeer;
  #attempts = new Map<string, Attempt>();

  constructor(peer: SimPeer) {
    this.#peer = peer;
  }

  close(): void {
    this.#attempts.clear();
  }

  dial(peerIds: string[], way: Way, isBackbone = way === 'backbone'): void {
    const unknown = peerIds.filter((id) => !this.#peer.links.has(id) && !this.#attempts.has(id));
    // As in web/peer: a few at first, the others when those do not come about.
    const others = this.#peer.links.size === 0 && unknown.length > AT_FIRST
      ? unknown.splice(1, unknown.length - AT_FIRST)
      : [];
    if (others.length > 0) this.#dialLater(others, way, isBackbone);
    for (const id of unknown) {
      if (!this.#begin(id, true)) continue;
      this.#send(id, isBackbone ? 'offer backbone' : 'offer', way);
    }
  }

  /** An offer or an answer came. */
  heard(from: string, payload: string, way: Way): void {
    const [kind, backbone] = payload.split(' ');
    const attempt = this.#attempts.get(from);
    if (kind === 'offer') {
      if (attempt?.offered && this.#peer.peerId < from) return;
      if (!attempt && !this.#begin(from, false)) return;
      this.#attempts.get(from)!.offered = false;
      this.#send(from, backbone ? 'answer backbone' : 'answer', way);
    } else if (attempt?.offered) {
      attempt.answered = true;
      this.#connect(from, backbone === 'backbone');
    }
  }

  #dialLater(peerIds: string[], way: Way, isBackbone: boolean): void {
    const peer = this.#peer;
    peer.later(FIRST_MS, () => {
      if (this.#answered < ENOUGH) return this.dial(peerIds, way, isBackbone);
      peer.later(LINKED_MS - FIRST_MS, () => {
        const { parented, substreams } = peer.mesh!.stats();
        if (peer.links.size < ENOUGH || parented < substreams) this.dial(peerIds, way, isBackbone);
      });
    });
  }

  /** Those that are linked count too. */
  get #answered(): number {
    const making = [...this.#attempts.values()].filter((attempt) => attempt.answered);
    return making.length + this.#peer.links.size;
  }

  #begin(id: string, offered: boolean): boolean {
    const { links, sim, mesh, peerId } = this.#peer;
    const most = this.#peer.sim.desk.isBridge(this.#peer) ? MOST_OF_A_BRIDGE : MOST_CONNECTIONS;
    if (!mesh || id === peerId || links.has(id) || this.#attempts.has(id)) return false;
    if (this.#attempts.size >= MOST_IN_FLIGHT || links.size + this.#attempts.size >= most) return false;
    if (!sim.byId.has(id)) return false;
    const attempt = { offered, answered: !offered };
    this.#attempts.set(id, attempt);
    this.#peer.later(GIVE_UP_MS, () => {
      if (this.#attempts.get(id) === attempt) this.#attempts.delete(id);
    });
    return true;
  }

  #send(to: string, payload: string, way: Way): void {
    const sent = way === 'shard' || way === 'backbone'
      ? this.#peer.sim.desk.signal(this.#peer, to, payload, way)
      : this.#peer.mesh?.signal(to, way, payload);
    if (!sent) this.#attempts.delete(to);
  }

  #connect(id: string, backbone: boolean): void {
    const peer = this.#peer;
    const { sim } = peer;
    const other = sim.byId.get(id);
    if (!other) return void this.#attempts.delete(id);
    if (!sim.random.chance(meetingProbability(peer.host, other.host))) return;
    peer.later(iceDelayMs(sim.random, owdMs(peer.host, other.host)), () => {
      this.#attempts.delete(id);
      other.dialer.#attempts.delete(peer.peerId);
      if (other.peerId !== id || !other.mesh || !peer.mesh || peer.links.has(id)) return;
      SimLink.open(peer, other, sim.nextBinding(), backbone);
    });
  }
}
