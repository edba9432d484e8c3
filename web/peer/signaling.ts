/**
 * The signaling socket: `/swarm/:infoHash/announce?shard=N` (protocol/tracker.ts), kept open and opened again.
 *
 * Seeds come back at once, the rest spread by jitter. A redirect is followed. What the edge refuses is told to the
 * owner, who joins again.
 */
import * as v from 'valibot';
import { fromHex, toBinaryString } from '../../protocol/bytes.ts';
import type { Capability, FromPeer } from '../../protocol/from-peer.ts';
import { MAX_OFFERS, MAX_SIGNAL_LENGTH, ToPeer } from '../../protocol/tracker.ts';
import { fullJitterMs } from './backoff.ts';
import type { Carrier } from './dialer.ts';
import type { PeerEnvironment } from './environment.ts';
import type { PeerSignal } from './peer-signal.ts';
import type { ClockSample } from './server-clock.ts';

export interface SignalingOptions {
  environment: PeerEnvironment;
  edgeUrl: string;
  /** Path with its shard, from the join answer. */
  path: string;
  /** Hex. */
  infoHash: string;
  peerId: string;
  /** Asked anew for each announce: tickets are renewed and uplinks measured. */
  credentials(): Promise<{
    ticket: string;
    proof: string;
    pass: string;
    capability: v.InferInput<typeof Capability>;
  }>;
  /** Whether this peer holds feeds: then a lost socket is opened again at once. */
  isSeed(): boolean;
  events: SignalingEvents;
  /** Opened already, by the join: the first one. */
  socket?: WebSocket | undefined;
  /** The socket of the backbone's Swarm object, which bridges hold beside their own. */
  backbone?: boolean;
}

export interface SignalingEvents {
  /** Everything but what this class deals with itself: signals, redirects, answers to `renew`. */
  message(message: ToPeer): void;
  signal(from: string, signal: PeerSignal, carrier: Carrier): void;
  clock(sample: ClockSample): void;
  /** The edge will not have this announce (ticket over, unknown broadcast, …). The socket stays closed. */
  refused(reason: string): void;
  /** The socket is down; `failures` in a row. It is tried again by itself. */
  down(failures: number): void;
}

type Renewal = Extract<ToPeer, { action: 'renewed' }>;

const FIRST_RETRY_MS = 2000;
const SEED_RETRY_MS = 300;
/** Seeds are few, and everybody waits for them. */
const LONGEST_SEED_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const RENEW_TIMEOUT_MS = 5000;
const MOST_REDIRECTS = 5;

export class Signaling implements Carrier {
  #options: SignalingOptions;
  #path: string;
  #socket: WebSocket | undefined;
  #seated = false;
  /** What changed since the announce, of which the edge does not know. */
  #untold: v.InferInput<typeof Capability> | undefined;
  #closed = false;
  #failures = 0;
  #redirects = 0;
  #timer: number | undefined;
  /** When the announce was sent, by this peer's clock. */
  #askedAt = 0;
  #renewal: { resolve(renewal: Renewal): void; reject(error: Error): void; timer: number } | undefined;
  /** Messages sent so far. */
  sent = 0;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#path = options.path;
    if (options.socket?.readyState === 1) this.#use(options.socket, true);
    else this.#connect();
  }

  get backbone(): boolean {
    return this.#options.backbone ?? false;
  }

  /** Whether the edge has given this peer its place on the present socket. */
  get isSeated(): boolean {
    return this.#seated;
  }

  /** Another path from now on (a new join answer): the socket is opened anew if it is down or elsewhere. */
  move(path: string): void {
    if (path === this.#path && this.#seated) return;
    this.#path = path;
    this.#abandon();
    this.#connect();
  }

  send(to: string, signal: PeerSignal): boolean {
    switch (signal.kind) {
      case 'offer':
        return this.sendOffers([{ to, offerId: signal.offerId, sdp: signal.sdp }]);
      case 'answer':
        return this.#announce({
          to_peer_id: to,
          offer_id: signal.offerId,
          answer: { type: 'answer', sdp: signal.sdp },
        });
      case 'candidate': {
        const { offerId, candidate, mid } = signal;
        return this.tell({ action: 'candidate', to_peer_id: to, offer_id: offerId, candidate, mid });
      }
    }
  }

  sendOffers(offers: { to: string; offerId: string; sdp: string }[]): boolean {
    let sent = true;
    for (let at = 0; at < offers.length; at += MAX_OFFERS) {
      sent = this.#announce({
        numwant: 0,
        offers: offers.slice(at, at + MAX_OFFERS).map(({ to, offerId, sdp }) => ({
          to_peer_id: to,
          offer_id: offerId,
          offer: { type: 'offer', sdp },
        })),
      }) && sent;
    }
    return sent;
  }

  /** Sends one of Shoal's own messages; false while there is no place to send it from. */
  tell(message: v.InferInput<typeof FromPeer>): boolean {
    return this.#seated && this.#write(message);
  }

  /** Says anew what this peer is able to do; who is not seated yet says it with its announce, or after the welcome. */
  describe(capability: v.InferInput<typeof Capability>): void {
    if (!this.#announce({ numwant: 0, capability })) this.#untold = capability;
  }

  /**
   * A new ticket and grant; `pass`: by a newer right to watch. Rejects when the socket is down or the edge does not
   * answer.
   */
  renew(pass?: string): Promise<Renewal> {
    return new Promise((resolve, reject) => {
      this.#settleRenewal(new Error('asked again'));
      if (!this.tell({ action: 'renew', ...(pass !== undefined && { pass }) })) {
        return reject(new Error('the signaling socket is down'));
      }
      const timer = this.#options.environment.setTimer(RENEW_TIMEOUT_MS, () => {
        this.#settleRenewal(new Error('the edge did not renew in time'));
      });
      this.#renewal = { resolve, reject, timer };
    });
  }

  /** Closes for good. That tells the edge who leaves: `stopped` would be one more message that is billed. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#abandon();
  }

  #connect(): void {
    const { environment, edgeUrl } = this.#options;
    const url = new URL(this.#path, edgeUrl);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    let socket: WebSocket;
    try {
      socket = new environment.WebSocket(url.href);
    } catch {
      return this.#retry();
    }
    this.#use(socket, false);
  }

  #use(socket: WebSocket, isOpen: boolean): void {
    this.#socket = socket;
    if (isOpen) queueMicrotask(() => void this.#start(socket));
    else socket.onopen = () => void this.#start(socket);
    socket.onmessage = ({ data }) => this.#read(data);
    socket.onerror = () => {};
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#abandon();
      this.#retry();
    };
  }

  async #start(socket: WebSocket): Promise<void> {
    const { infoHash, peerId, credentials } = this.#options;
    const { ticket, proof, pass, capability } = await credentials();
    if (this.#socket !== socket) return;
    this.#askedAt = this.#options.environment.now();
    this.#untold = undefined;
    this.#write({
      action: 'announce',
      info_hash: toBinaryString(fromHex(infoHash)!),
      peer_id: peerId,
      event: 'started',
      numwant: 0,
      ticket,
      proof,
      pass,
      capability,
    });
  }

  #read(data: unknown): void {
    if (typeof data !== 'string' || data.length > MAX_SIGNAL_LENGTH) return;
    let json: unknown;
    try {
      json = JSON.parse(data);
    } catch {
      return;
    }
    const failure = (json as Record<string, unknown> | null)?.['failure reason'];
    if (typeof failure === 'string') return this.#fail(failure);
    const message = v.safeParse(ToPeer, json);
    if (message.success) this.#take(message.output);
  }

  #take(message: ToPeer): void {
    switch (message.action) {
      case 'redirect':
        return this.#redirect(message.path);
      case 'renewed':
        this.#settleRenewal(message);
        return this.#options.events.message(message);
      case 'announce':
        return this.#relayed(message);
      case 'candidate':
        return this.#options.events.signal(message.peer_id, {
          kind: 'candidate',
          offerId: message.offer_id,
          candidate: message.candidate,
          mid: message.mid ?? null,
        }, this);
      case 'welcome':
        this.#seated = true;
        if (this.#untold) this.describe(this.#untold);
        this.#failures = 0;
        this.#redirects = 0;
        this.#options.events.clock({
          nowMs: message.nowMs,
          askedAt: this.#askedAt,
          answeredAt: this.#options.environment.now(),
        });
    }
    this.#options.events.message(message);
  }

  #relayed(message: Extract<ToPeer, { action: 'announce' }>): void {
    const { peer_id: from, offer_id: offerId, offer, answer } = message;
    if (from === undefined || offerId === undefined || from.length !== 20) return;
    if (offer?.type === 'offer') {
      this.#options.events.signal(from, { kind: 'offer', offerId, sdp: offer.sdp }, this);
    } else if (answer?.type === 'answer') {
      this.#options.events.signal(from, { kind: 'answer', offerId, sdp: answer.sdp }, this);
    }
  }

  #redirect(path: string): void {
    this.#abandon();
    if (++this.#redirects > MOST_REDIRECTS) return this.#retry();
    this.#path = path;
    this.#connect();
  }

  #fail(reason: string): void {
    // Once seated, a failure is about one message; before that, about the announce itself.
    if (this.#seated) return this.#settleRenewal(new Error(reason));
    this.#abandon();
    this.#options.events.refused(reason);
  }

  #settleRenewal(outcome: Renewal | Error): void {
    const renewal = this.#renewal;
    this.#renewal = undefined;
    if (!renewal) return;
    this.#options.environment.clearTimer(renewal.timer);
    if (outcome instanceof Error) renewal.reject(outcome);
    else renewal.resolve(outcome);
  }

  #retry(): void {
    if (this.#closed) return;
    const { environment, isSeed, events } = this.#options;
    const seed = isSeed();
    const attempt = this.#failures++;
    const [base, most] = seed ? [SEED_RETRY_MS, LONGEST_SEED_RETRY_MS] : [FIRST_RETRY_MS, LONGEST_RETRY_MS];
    const delay = seed && attempt === 0 ? 0 : fullJitterMs(environment.random, attempt, base, most);
    this.#timer = environment.setTimer(delay, () => this.#connect());
    events.down(this.#failures);
  }

  /** Lets go of the present socket and of any retry that waits. */
  #abandon(): void {
    this.#options.environment.clearTimer(this.#timer ?? 0);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#seated = false;
    this.#settleRenewal(new Error('the signaling socket is down'));
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    try {
      socket.close(1000);
    } catch {
      // Never opened.
    }
  }

  #announce(
    fields: Omit<
      Extract<v.InferInput<typeof FromPeer>, { action: 'announce' }>,
      'action' | 'info_hash' | 'peer_id'
    >,
  ): boolean {
    const { infoHash, peerId } = this.#options;
    return this.tell({
      action: 'announce',
      info_hash: toBinaryString(fromHex(infoHash)!),
      peer_id: peerId,
      ...fields,
    });
  }

  #write(message: v.InferInput<typeof FromPeer>): boolean {
    if (this.#socket?.readyState !== 1) return false;
    try {
      this.#socket.send(JSON.stringify(message));
    } catch {
      return false;
    }
    this.sent++;
    return true;
  }
}
