/**
 * Stand-in for the dialer of web/peer: an offer goes out and an answer comes back over the same way (a signaling
 * socket or a common neighbour), ICE takes its time, and a pair of NATs lets it through or not.
 */
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
    for (const id of peerIds) {
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
    } else if (attempt?.offered) this.#connect(from, backbone === 'backbone');
  }

  #begin(id: string, offered: boolean): boolean {
    const { links, sim, mesh, peerId } = this.#peer;
    const most = this.#peer.sim.desk.isBridge(this.#peer) ? MOST_OF_A_BRIDGE : MOST_CONNECTIONS;
    if (!mesh || id === peerId || links.has(id) || this.#attempts.has(id)) return false;
    if (this.#attempts.size >= MOST_IN_FLIGHT || links.size + this.#attempts.size >= most) return false;
    if (!sim.byId.has(id)) return false;
    const attempt = { offered };
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
