/**
 * One attempt to connect to one peer: a PeerConnection with one ordered, reliable data channel. It ends in `opened`
 * or `closed`, each told once; `closed` also follows `opened`. Nothing of it outlives `close`.
 */
import type { LinkRoute } from '../mesh/seams.ts';
import { bindingOf, routeOf } from './connection-facts.ts';
import { holdBack, isIpv6, isOfUse, packDescription, unpackDescription } from './description.ts';
import type { PeerEnvironment } from './environment.ts';

export interface ConnectionEvents {
  /** A local candidate that did not make it into the description. */
  candidate(candidate: string, mid: string | null): void;
  /** The channel is open. Messages that came before `listen` are kept. */
  opened(): void;
  closed(reason: string): void;
}

/**
 * The offer or answer goes out after this long at most, what is found later follows it: offer and answer wait one after
 * the other, so that this counts twice in every start, and a STUN server that does not answer is not waited for.
 */
const GATHER_MS = 100;
/** What was held back (description.ts) is told when the rest has led nowhere for so long. */
const HOLD_MS = 500;
const CONNECT_MS = 10_000;
/** A connection that ICE calls disconnected may come back within this. */
const DISCONNECTED_MS = 4000;
const CHANNEL_LABEL = 'shoal';
/** Remote candidates kept while the remote description is not there yet, and messages until somebody listens. */
const MOST_KEPT = 64;

export class Connection {
  #environment: PeerEnvironment;
  #events: ConnectionEvents;
  #pc: RTCPeerConnection;
  #channel: RTCDataChannel | undefined;
  #timer: number | undefined;
  #state: 'connecting' | 'open' | 'closed' = 'connecting';
  #described = false;
  #sent = false;
  #early: RTCIceCandidateInit[] = [];
  /** Local candidates that are held back, while they are. */
  #held: { candidate: string; mid: string | null }[] | undefined;
  #holdTimer: number | undefined;
  #kept: ArrayBuffer[] = [];
  #listener: ((message: Uint8Array) => void) | undefined;
  #route: LinkRoute = 'peer';
  #binding = '';

  /** Throws when the configuration is refused. */
  constructor(environment: PeerEnvironment, configuration: RTCConfiguration, events: ConnectionEvents) {
    this.#environment = environment;
    this.#events = events;
    this.#pc = new environment.RTCPeerConnection!(configuration);
    this.#timer = environment.setTimer(CONNECT_MS, () => this.close('no connection in time'));
    this.#pc.onicecandidate = ({ candidate }) => {
      if (!this.#sent || !candidate || !isOfUse(candidate.candidate)) return;
      const told = { candidate: candidate.candidate, mid: candidate.sdpMid };
      if (this.#held && isIpv6(told.candidate)) this.#held.push(told);
      else this.#events.candidate(told.candidate, told.mid);
    };
    this.#pc.onconnectionstatechange = () => this.#watch();
    this.#pc.ondatachannel = ({ channel }) => {
      if (!this.#channel && channel.label === CHANNEL_LABEL) this.#take(channel);
      else channel.close();
    };
  }

  /** Both DTLS fingerprints, once open. */
  get binding(): string {
    return this.#binding;
  }

  get route(): LinkRoute {
    return this.#route;
  }

  get queuedBytes(): number {
    return this.#channel?.bufferedAmount ?? 0;
  }

  /** Makes the offer, with the candidates found so far. Descriptions come and go in their short form (description.ts). */
  async offer(): Promise<string> {
    this.#take(this.#pc.createDataChannel(CHANNEL_LABEL, { ordered: true }));
    await this.#pc.setLocalDescription(await this.#pc.createOffer());
    return await this.#gathered();
  }

  /** Takes the other's offer and makes the answer. */
  async answer(offer: string): Promise<string> {
    await this.#describe('offer', offer);
    await this.#pc.setLocalDescription(await this.#pc.createAnswer());
    const answer = await this.#gathered();
    this.#holdOn();
    return answer;
  }

  /** Takes the other's answer. */
  async accept(answer: string): Promise<void> {
    await this.#describe('answer', answer);
    this.#holdOn();
  }

  /** Takes a remote candidate; a malformed one is dropped. */
  async addCandidate(candidate: string, mid: string | null): Promise<void> {
    const init = { candidate, sdpMid: mid ?? '0' };
    if (this.#state === 'closed') return;
    if (!this.#described) {
      if (this.#early.length < MOST_KEPT) this.#early.push(init);
      return;
    }
    try {
      await this.#pc.addIceCandidate(init);
    } catch {
      // One useless candidate is no reason to give up the others.
    }
  }

  /** Hands over what came and all that comes. */
  listen(listener: (message: Uint8Array) => void): void {
    this.#listener = listener;
    for (const message of this.#kept.splice(0)) listener(new Uint8Array(message));
  }

  /** False when it could not be sent: the connection is closed, or closes now. */
  send(message: Uint8Array): boolean {
    if (this.#state !== 'open' || this.#channel?.readyState !== 'open') return false;
    try {
      this.#channel.send(message as Uint8Array<ArrayBuffer>);
      return true;
    } catch (error) {
      this.close(`send failed: ${error}`);
      return false;
    }
  }

  close(reason: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#environment.clearTimer(this.#timer ?? 0);
    this.#environment.clearTimer(this.#holdTimer ?? 0);
    const [pc, channel] = [this.#pc, this.#channel];
    pc.onicecandidate = pc.onconnectionstatechange = pc.ondatachannel = null;
    if (channel) {
      channel.onopen =
        channel.onclose =
        channel.onmessage =
        channel.onerror =
          null;
    }
    this.#kept = [];
    this.#listener = undefined;
    try {
      channel?.close();
      pc.close();
    } catch {
      // Closed already.
    }
    this.#events.closed(reason);
  }

  async #describe(type: 'offer' | 'answer', text: string): Promise<void> {
    await this.#pc.setRemoteDescription({ type, sdp: unpackDescription(text) });
    this.#described = true;
    for (const { candidate, sdpMid } of this.#early.splice(0)) await this.addCandidate(candidate!, sdpMid!);
  }

  /** Waits for candidates, a little, and answers the description with those. */
  async #gathered(): Promise<string> {
    if (this.#pc.iceGatheringState !== 'complete') {
      await new Promise<void>((resolve) => {
        const timer = this.#environment.setTimer(GATHER_MS, resolve);
        this.#pc.addEventListener('icegatheringstatechange', () => {
          if (this.#pc.iceGatheringState !== 'complete') return;
          this.#environment.clearTimer(timer);
          resolve();
        });
      });
    }
    if (this.#state === 'closed') throw new Error('closed while gathering');
    this.#sent = true;
    const sdp = this.#pc.localDescription?.sdp;
    if (!sdp) throw new Error('no local description');
    const told = holdBack(sdp);
    this.#held = told.held?.map((candidate) => ({ candidate, mid: '0' }));
    return packDescription(told.sdp);
  }

  /** Both sides know of each other: from now on it shows whether what was told is enough. */
  #holdOn(): void {
    if (this.#state !== 'connecting') return;
    this.#holdTimer = this.#environment.setTimer(HOLD_MS, () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const { candidate, mid } of held) this.#events.candidate(candidate, mid);
    });
  }

  #take(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return this.close('a text message');
      if (this.#listener) this.#listener(new Uint8Array(data));
      else if (this.#kept.push(data) > MOST_KEPT) this.close('too many messages before the link was up');
    };
    channel.onclose = () => this.close('the other side closed');
    channel.onerror = () => this.close('the channel failed');
    channel.onopen = () => void this.#open();
    if (channel.readyState === 'open') void this.#open();
  }

  async #open(): Promise<void> {
    if (this.#state !== 'connecting' || this.#binding !== '') return;
    const binding = bindingOf(this.#pc.localDescription?.sdp ?? '', this.#pc.remoteDescription?.sdp ?? '');
    if (binding === undefined) return this.close('not exactly one fingerprint on each side');
    this.#binding = binding;
    try {
      this.#route = routeOf(await this.#pc.getStats());
    } catch {
      // Accounting only: the link counts as a direct one.
    }
    if (this.#state as string === 'closed') return;
    this.#environment.clearTimer(this.#timer ?? 0);
    this.#environment.clearTimer(this.#holdTimer ?? 0);
    this.#state = 'open';
    this.#events.opened();
  }

  #watch(): void {
    const { connectionState } = this.#pc;
    if (connectionState === 'failed' || connectionState === 'closed') {
      return this.close(`the connection is ${connectionState}`);
    }
    if (this.#state !== 'open') return;
    this.#environment.clearTimer(this.#timer ?? 0);
    if (connectionState === 'disconnected') {
      this.#timer = this.#environment.setTimer(
        DISCONNECTED_MS,
        () => this.close('no word from the other side'),
      );
    }
  }
}
