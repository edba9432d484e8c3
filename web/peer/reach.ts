/**
 * What a peer knows of its own reach: the kind of its NAT, and with it whether its connections may be relayed. TURN
 * costs bytes of a server, so it is asked for only by who cannot do without.
 */
import type { P2pPolicy } from '../../protocol/channel.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import type { NatKind } from '../../protocol/tracker.ts';
import type { LinkRoute } from '../mesh/seams.ts';
import type { Ways } from './dialer.ts';
import type { PeerEnvironment } from './environment.ts';
import { learnNatKind, splitServers } from './nat.ts';

type Servers = LiveJoinAnswer['iceServers'];

export interface ReachOptions {
  environment: PeerEnvironment;
  policy: P2pPolicy;
  iceServers: Servers;
  /** The kind is known, or another one than was thought. */
  learnt(kind: NatKind): void;
}

/** An announce waits this long for the kind; what is learnt later is told later. */
const PATIENCE_MS = 500;

export class Reach {
  #options: ReachOptions;
  #servers: Servers;
  #kind: NatKind = 'unknown';
  #learning: Promise<void>;
  #closed = false;

  constructor(options: ReachOptions) {
    this.#options = options;
    this.#servers = options.iceServers;
    if (this.#hasNoWay) this.#kind = 'blocked';
    this.#learning = this.#learn();
  }

  get kind(): NatKind {
    return this.#kind;
  }

  /** How connections are made from now on. */
  get ways(): Ways {
    const { stun, turn } = splitServers(this.#servers as RTCIceServer[]);
    const all = [...stun, ...turn];
    if (this.#options.policy === 'relay') {
      return { direct: { iceServers: all, iceTransportPolicy: 'relay' }, lastResort: undefined };
    }
    const direct: RTCConfiguration = { iceServers: stun, iceTransportPolicy: 'all' };
    if (turn.length === 0) return { direct, lastResort: undefined };
    // An open or a cone peer meets whoever has a relay of its own; behind blocked UDP the edge is cheaper.
    const relays = this.#kind === 'symmetric' || this.#kind === 'unknown';
    return { direct, lastResort: relays ? { ...direct, iceServers: all } : direct };
  }

  /** New credentials. */
  renew(iceServers: Servers): void {
    this.#servers = iceServers;
    if (this.#options.policy === 'relay') this.#set(this.#hasNoWay ? 'blocked' : 'unknown');
  }

  /** Settles when the kind is known, or after a moment. */
  async known(): Promise<NatKind> {
    const { environment } = this.#options;
    let timer = 0;
    await Promise.race([
      this.#learning,
      new Promise<void>((resolve) => timer = environment.setTimer(PATIENCE_MS, resolve)),
    ]);
    environment.clearTimer(timer);
    return this.#kind;
  }

  /** A link that UDP carried out of the LAN: it is not blocked, whatever the servers failed to say. */
  linked(route: LinkRoute): void {
    if (this.#kind === 'blocked' && route !== 'lan') this.#set('unknown');
  }

  close(): void {
    this.#closed = true;
  }

  /** Who may connect through relays only, where there are none, meets nobody: peers do not reckon with it. */
  get #hasNoWay(): boolean {
    const { turn } = splitServers(this.#servers as RTCIceServer[]);
    return this.#options.policy === 'relay' && turn.length === 0;
  }

  async #learn(): Promise<void> {
    const { environment, policy, iceServers } = this.#options;
    // What is relayed anyhow meets everybody alike.
    if (policy !== 'on') return;
    this.#set(await learnNatKind(environment, iceServers as RTCIceServer[]));
  }

  #set(kind: NatKind): void {
    if (this.#closed || kind === this.#kind) return;
    this.#kind = kind;
    this.#options.learnt(kind);
  }
}
