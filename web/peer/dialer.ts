/**
 * The dialer: which peers are being connected to, by whose introduction, and what happens when both dial at once.
 * Bounded in connections in flight and in all.
 */
import { toBase64Url } from '../../protocol/bytes.ts';
import { Connection } from './connection.ts';
import type { PeerEnvironment } from './environment.ts';
import type { PeerSignal } from './peer-signal.ts';

/** A way to reach a peer: the edge's socket, the backbone's, or a common neighbour. */
export interface Carrier {
  /** The way leads into the backbone. */
  readonly backbone?: boolean;
  /** False when the way is gone. */
  send(to: string, signal: PeerSignal): boolean;
  /** Several offers in one message, where the way can do that. */
  sendOffers?(offers: { to: string; offerId: string; sdp: string }[]): boolean;
}

/** How connections are made. */
export interface Ways {
  direct: RTCConfiguration;
  /** Relays, for peers that no direct way leads to; asked for only then, on both sides. */
  lastResort: RTCConfiguration | undefined;
}

export interface DialerOptions {
  environment: PeerEnvironment;
  /** Own peer id. */
  peerId: string;
  ways: Ways;
  /** Whether the links that there are bring all that is wanted. */
  isFed(): boolean;
  /** A channel is open. */
  opened(peerId: string, connection: Connection, carrier: Carrier): void;
  /** A connection that was handed over by `opened` is gone. */
  closed(peerId: string, reason: string): void;
}

/** Connections being made at once, and in all (the mesh aims at 20, a bridge at 12 more, and drops the worst). */
const MOST_IN_FLIGHT = 12;
const MOST_CONNECTIONS = 56;
/**
 * Who has no link yet waits for its first one: a few are dialled ahead of the others, since every connection that is
 * made beside it holds the first one up. The others follow when too few of these answer soon, or when a little later
 * too few are linked or something is still wanting, as in a crowd where all are new; else they are met through
 * neighbours, which costs the edge no message.
 */
export const AT_FIRST = 3;
export const FIRST_MS = 250;
export const LINKED_MS = 1000;
export const ENOUGH = 2;
/** Who was tried for long and in vain is not dialled again for a while; it may dial. */
const IN_VAIN_MS = 5000;
const UNREACHABLE_MS = 60_000;
const MOST_UNREACHABLE = 24;
/**
 * A direct way has so long to be found before relays are asked for: where these are there from the beginning, ICE
 * nominates one now and then although a direct way is open, and every byte through it is paid for.
 */
const DIRECT_MS = 4000;

interface Attempt {
  connection: Connection;
  offerId: string;
  offered: boolean;
  carrier: Carrier;
  /** The other side is there and willing: it answered, or it is who dialled. */
  answered: boolean;
  open: boolean;
  /** Relays take part. */
  last: boolean;
  /** Ends a direct attempt of ours that leads nowhere. */
  timer: number;
  /** The description was sent; until then, candidates wait in `late`. */
  told: boolean;
  sinceMs: number;
  late: PeerSignal[];
}

export class Dialer {
  #options: DialerOptions;
  #ways: Ways;
  #attempts = new Map<string, Attempt>();
  /** By peer id: until when it is left alone. */
  #unreachable = new Map<string, number>();
  #closing = false;
  /** Those that are dialled a little later. */
  #later = new Set<number>();

  constructor(options: DialerOptions) {
    this.#options = options;
    this.#ways = options.ways;
  }

  /** Peers that are connected, being connected, or out of reach. */
  get known(): string[] {
    const now = this.#options.environment.now();
    for (const [id, untilMs] of this.#unreachable) if (untilMs <= now) this.#unreachable.delete(id);
    return [...new Set([...this.#attempts.keys(), ...this.#unreachable.keys()])];
  }

  /** For connections from now on. */
  configure(ways: Ways): void {
    this.#ways = ways;
  }

  /** Makes an offer to each that is not known yet; all of them leave in one message where the carrier can. */
  dial(peerIds: string[], carrier: Carrier): Promise<void> {
    return this.#dial(peerIds, carrier, false);
  }

  async #dial(peerIds: string[], carrier: Carrier, last: boolean): Promise<void> {
    const known = new Set(this.known);
    const unknown = peerIds.filter((id) => !known.has(id));
    // The edge names near ones first and those from anywhere last: with two of these no island comes about.
    const others = this.#count('open') === 0 ? unknown.splice(1, unknown.length - AT_FIRST) : [];
    const offers = await Promise.all(
      unknown.map(async (to) => {
        const attempt = this.#attempt(to, this.#newOfferId(), true, carrier, last);
        if (!attempt) return undefined;
        const sdp = await this.#try(to, attempt, () => attempt.connection.offer());
        return sdp === undefined ? undefined : { to, offerId: attempt.offerId, sdp };
      }),
    );
    // From when they can answer: making an offer may wait for the first picture (remote/picture-first.ts).
    if (others.length > 0 && !this.#closing) this.#dialLater(others, carrier, last);
    const made = offers.filter((offer) => offer !== undefined);
    if (made.length === 0) return;
    const together = carrier.sendOffers?.(made);
    for (const { to, offerId, sdp } of made) {
      this.#told(to, offerId, together ?? carrier.send(to, { kind: 'offer', offerId, sdp }));
    }
  }

  #dialLater(peerIds: string[], carrier: Carrier, last: boolean): void {
    const { environment } = this.#options;
    const look = (ms: number, isEnough: () => boolean, then: () => void) => {
      const timer = environment.setTimer(ms, () => {
        this.#later.delete(timer);
        if (isEnough()) then();
        else void this.#dial(peerIds, carrier, last);
      });
      this.#later.add(timer);
    };
    const isServed = () => this.#count('open') >= ENOUGH && this.#options.isFed();
    look(
      FIRST_MS,
      () => this.#count('answered') >= ENOUGH,
      () => look(LINKED_MS - FIRST_MS, isServed, () => {}),
    );
  }

  #count(sign: 'answered' | 'open'): number {
    return [...this.#attempts.values()].filter((attempt) => attempt[sign]).length;
  }

  /** A signal came from a peer over a carrier, which also takes the reply. */
  async receive(from: string, signal: PeerSignal, carrier: Carrier): Promise<void> {
    if (signal.kind === 'offer') return await this.#offered(from, signal, carrier);
    const attempt = this.#attempts.get(from);
    if (!attempt || attempt.offerId !== signal.offerId) return;
    if (signal.kind === 'candidate') {
      return await attempt.connection.addCandidate(signal.candidate, signal.mid);
    }
    if (attempt.offered && !attempt.open) {
      attempt.answered = true;
      await this.#try(from, attempt, () => attempt.connection.accept(signal.sdp));
    }
  }

  /** Ends the connection to a peer; `closed` is told if it was open. */
  hangUp(peerId: string, reason: string): void {
    const attempt = this.#attempts.get(peerId);
    if (attempt) this.#drop(peerId, attempt.offerId, reason);
  }

  close(): void {
    this.#closing = true;
    for (const timer of this.#later) this.#options.environment.clearTimer(timer);
    for (const { connection } of [...this.#attempts.values()]) connection.close('leaving');
  }

  async #offered(from: string, signal: PeerSignal & { kind: 'offer' }, carrier: Carrier): Promise<void> {
    const present = this.#attempts.get(from);
    if (present?.open) return;
    // A second offer, while the first led nowhere: now relays take part on both sides.
    const last = present?.offered === false;
    if (present) {
      // Both dialled at once: the offer of the lower peer id stands.
      if (present.offered && this.#options.peerId < from) return;
      this.#drop(from, present.offerId, 'the other offer stands');
    }
    const attempt = this.#attempt(from, signal.offerId, false, carrier, last);
    if (!attempt) return;
    const sdp = await this.#try(from, attempt, () => attempt.connection.answer(signal.sdp));
    if (sdp === undefined) return;
    this.#told(from, signal.offerId, carrier.send(from, { kind: 'answer', offerId: signal.offerId, sdp }));
  }

  /** The description is out: candidates found since may follow it. */
  #told(peerId: string, offerId: string, sent: boolean): void {
    const attempt = this.#attempts.get(peerId);
    if (attempt?.offerId !== offerId) return;
    if (!sent) return attempt.connection.close('the way to this peer is gone');
    attempt.told = true;
    if (attempt.offered && !attempt.last && this.#ways.lastResort) {
      const { environment } = this.#options;
      attempt.timer = environment.setTimer(DIRECT_MS, () => attempt.connection.close('no direct way'));
    }
    for (const signal of attempt.late.splice(0)) attempt.carrier.send(peerId, signal);
  }

  /** Undefined when the peer is known already, is this peer, or there are too many. */
  #attempt(
    peerId: string,
    offerId: string,
    offered: boolean,
    carrier: Carrier,
    last: boolean,
  ): Attempt | undefined {
    const { environment, peerId: own } = this.#options;
    if (peerId === own || this.#attempts.has(peerId) || this.#attempts.size >= MOST_CONNECTIONS) return;
    if (this.#attempts.size - this.#count('open') >= MOST_IN_FLIGHT) return;
    try {
      const { direct, lastResort } = this.#ways;
      const connection = new Connection(environment, last ? lastResort ?? direct : direct, {
        candidate: (candidate, mid) =>
          void carrier.send(peerId, { kind: 'candidate', offerId, candidate, mid }),
        opened: () => {
          attempt.open = true;
          environment.clearTimer(attempt.timer);
          this.#unreachable.delete(peerId);
          this.#options.opened(peerId, connection, carrier);
        },
        closed: (reason) => {
          environment.clearTimer(attempt.timer);
          const isCurrent = this.#attempts.get(peerId) === attempt;
          if (isCurrent) this.#attempts.delete(peerId);
          if (attempt.open) this.#options.closed(peerId, reason);
          else if (isCurrent && this.#hasLastResort(attempt)) void this.#dial([peerId], carrier, true);
          else if (offered && environment.now() - attempt.sinceMs > IN_VAIN_MS) this.#leaveAlone(peerId);
        },
      });
      const attempt: Attempt = {
        connection,
        offerId,
        offered,
        carrier,
        answered: !offered,
        open: false,
        last,
        timer: 0,
        told: false,
        sinceMs: environment.now(),
        late: [],
      };
      this.#attempts.set(peerId, attempt);
      return attempt;
    } catch {
      // The browser makes no more connections, or refuses the servers it was given: others will connect to us.
      return undefined;
    }
  }

  /** Whether an offer of ours that was sent, and answered or not, may be made once more. */
  #hasLastResort({ offered, told, last }: Attempt): boolean {
    return !this.#closing && offered && told && !last && this.#ways.lastResort !== undefined;
  }

  /** A description of a stranger may be anything: what throws costs that peer its connection. */
  async #try<T>(peerId: string, attempt: Attempt, step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      this.#drop(peerId, attempt.offerId, String(error));
      return undefined;
    }
  }

  #drop(peerId: string, offerId: string, reason: string): void {
    const attempt = this.#attempts.get(peerId);
    if (attempt?.offerId !== offerId) return;
    this.#attempts.delete(peerId);
    attempt.connection.close(reason);
  }

  #leaveAlone(peerId: string): void {
    const oldest = this.#unreachable.keys().next();
    if (this.#unreachable.size >= MOST_UNREACHABLE && !oldest.done) this.#unreachable.delete(oldest.value);
    this.#unreachable.set(peerId, this.#options.environment.now() + UNREACHABLE_MS);
  }

  #newOfferId(): string {
    return toBase64Url(this.#options.environment.crypto.getRandomValues(new Uint8Array(15)));
  }
}
