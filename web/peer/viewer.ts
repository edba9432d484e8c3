/**
 * A viewer: one visit to one channel, from the join to the last piece. A whole peer without a picture.
 *
 * It joins, waits while the channel is offline, gets media from peers and the edge, verified, and keeps going over
 * lost sockets, restarted edges and new broadcasts until `stop()`. A player, the antenna and the crowd bench sit on
 * top of it.
 *
 *     const viewer = new Viewer({ edgeUrl: location.origin, channel: 'demo' });
 *     viewer.on('piece', ({ index }) => …);
 *     viewer.start();
 */
import { type Broadcast, firstTracks } from '../../protocol/broadcast.ts';
import type { P2pPolicy } from '../../protocol/channel.ts';
import type { PieceRecord } from '../../protocol/record.ts';
import type { Relief } from '../../protocol/tracker.ts';
import { toBase64Url } from '../../protocol/bytes.ts';
import { LATENCY_TARGET_MS, UPLOAD_RATIO, WINDOW_S } from '../../protocol/playback-defaults.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import type { PieceSource, Playhead } from '../mesh/seams.ts';
import { fullJitterMs } from './backoff.ts';
import { makePeerCrypto, type PeerCrypto } from './crypto.ts';
import { Emitter } from './emitter.ts';
import type { FirstMedia } from './first-media.ts';
import { type PeerEnvironment, standardEnvironment } from './environment.ts';
import { join, type JoinOutcome } from './join.ts';
import { ServerClock } from './server-clock.ts';
import { Session, type SessionEvents } from './session.ts';
import { type SegmentView, Shelf, type ShelfPiece } from './shelf.ts';
import { emptyStats, type PlaybackFigures, settle, type ViewerStats } from './viewer-stats.ts';

export interface ViewerOptions {
  /** Origin of the edge, as `https://live.example.org`. */
  edgeUrl: string;
  channel: string;
  /** Playback token; public channels need none. */
  token?: string;
  /** What the viewer allows; the channel may be stricter. Default on. */
  p2p?: P2pPolicy;
  /** Upload budget; default: the channel's ratio times the bitrate of the tracks taken. */
  uploadKbps?: number;
  /** A stable id of this device for the channel's reports (Capability); only where the viewer agreed to it. */
  deviceId?: string;
  /** Origin of the page around the edge's own page; `null` where nobody knows. */
  framedBy?: string;
  /** Which tracks to take of a broadcast; default: firstTracks. */
  tracks?: (broadcast: Broadcast) => number[];
  environment?: PeerEnvironment;
}

/**
 * joining: asking for the first time. offline: no broadcast, asks again by itself. live, lost (the encoder is gone
 * and may come back). reconnecting: the edge cannot be reached and nothing comes from peers. ended: the broadcast
 * that was watched is over, the next one starts by itself. refused and unsupported are final until `start()`.
 */
export type ViewerState =
  | 'joining'
  | 'offline'
  | 'live'
  | 'lost'
  | 'reconnecting'
  | 'ended'
  | 'refused'
  | 'unsupported';

/** Why a viewer is in its state. */
export interface ViewerReason {
  /** Machine-readable, lower-case with hyphens: `stopped`, `idle`, `kicked`, `edge-unreachable`, `no-crypto`, … */
  code: string;
  /** For a person. */
  message: string;
}

export interface ViewerEvents {
  state: { state: ViewerState; reason: ViewerReason | undefined };
  /** A broadcast begins: all pieces from now on are of this one, the shelf is empty. */
  broadcast: Broadcast;
  /** A piece was verified and can be read. */
  piece: { index: number; record: PieceRecord; source: PieceSource };
  /** The swarm's target changed: how far behind the live edge to play, milliseconds. */
  latency: { targetMs: number };
  peers: { count: number };
  /** Supply is short: the rendition to take in place of a better one, unless one was chosen by hand; null: any. */
  relief: { track: number | null };
  /** The content keys of the channel were rotated by hand: those to come are others now. */
  keys: { epoch: number };
}

/** Asking again: after a failure (exponential, full jitter), and on top of what the edge says. */
const RETRY_MS = 1000;
const LONGEST_RETRY_MS = 20_000;
const RETRY_SPREAD = 0.5;
/** A crowd whose broadcast ended, or whose shard is gone, asks again over this time. */
const ENDED_SPREAD_MS = 8000;
const REJOIN_SPREAD_MS = 2000;
const REJOIN_LEAST_MS = 250;
/** No socket and no piece for so long: the viewer is cut off. */
const CUT_OFF_MS = 5000;
const WATCH_MS = 1000;

export class Viewer extends Emitter<ViewerEvents> {
  #options: ViewerOptions;
  #environment: PeerEnvironment;
  #crypto: PeerCrypto | undefined;
  #state: ViewerState = 'joining';
  #reason: ViewerReason | undefined;
  #channelState: 'live' | 'lost' = 'live';
  #broadcast: Broadcast | undefined;
  #shelf = new Shelf(WINDOW_S * 1000);
  #session: Session | undefined;
  #visit: AbortController | undefined;
  #asking: Promise<JoinOutcome> | undefined;
  #askTimer: number | undefined;
  #watchTimer: number | undefined;
  #failures = 0;
  #lastPieceAt = 0;
  #latencyTargetMs = LATENCY_TARGET_MS;
  #uploadRatio = UPLOAD_RATIO;
  #uploadKbps: number | undefined;
  #gives = true;
  #token: string | undefined;
  #tracks: number[] = [];
  #clock: ServerClock;
  #title = '';
  /** What the viewer allows, and what holds after the channel's own policy. */
  #p2pChoice: P2pPolicy;
  #p2p: P2pPolicy;
  /** The session was ended to join anew: what is on the shelf is still good. */
  #keepsShelf = false;
  #settled = emptyStats();
  /** By HTTP. */
  #joins = 0;
  /** False once that did not work: it is not waited for again. */
  #joinsBySocket = true;
  #keysEpoch: number | undefined;
  #mostTrack: number | null = null;
  /** Drawn once, so that the same ones are asked again. */
  #luck: number;
  #playback: PlaybackFigures = { stalls: 0, stallMs: 0, latencyMs: 0, bufferMs: 0 };

  constructor(options: ViewerOptions) {
    super();
    this.#options = options;
    this.#environment = options.environment ?? standardEnvironment();
    this.#luck = this.#environment.random();
    this.#uploadKbps = options.uploadKbps;
    this.#token = options.token;
    this.#p2p = this.#p2pChoice = options.p2p ?? 'on';
    this.#clock = new ServerClock(this.#environment.wallClockMs() - this.#environment.now());
  }

  /** Begins, or begins again after `stop()` or a refusal. */
  start(): void {
    if (this.#visit) return;
    const visit = this.#visit = new AbortController();
    this.#failures = 0;
    this.#become('joining');
    void this.#begin(visit);
  }

  /** Leaves: says goodbye, closes every connection, clears every timer. Nothing is told any more. */
  stop(): void {
    this.#visit?.abort();
    this.#visit = undefined;
    this.#environment.clearTimer(this.#askTimer ?? 0);
    this.#environment.clearTimer(this.#watchTimer ?? 0);
    this.#asking = undefined;
    this.#endSession();
  }

  get state(): ViewerState {
    return this.#state;
  }

  get reason(): ViewerReason | undefined {
    return this.#reason;
  }

  /** The broadcast that is watched; the last one while lost, reconnecting or ended. */
  get broadcast(): Broadcast | undefined {
    return this.#broadcast;
  }

  /** The channel's title, for people; empty before the first join. */
  get title(): string {
    return this.#title;
  }

  /** What holds: the stricter of what the viewer and the channel allow. */
  get p2p(): P2pPolicy {
    return this.#p2p;
  }

  /** What the viewer allows from now on. Joins anew under it; what is on the shelf stays, so that playback goes on. */
  setP2p(policy: P2pPolicy): void {
    if (policy === this.#p2pChoice) return;
    this.#p2p = this.#p2pChoice = policy;
    if (!this.#session) return;
    this.#endSession();
    this.#keepsShelf = true;
    this.#askIn(0);
  }

  /** Another token. A running visit joins again with it and goes on; one that was refused has to `start()` again. */
  setToken(token: string | undefined): void {
    if (token === this.#token) return;
    this.#token = token;
    if (this.#session) this.#askIn(0);
  }

  /** A media grant that is good for a while, for what else asks the edge. Rejects outside a session. */
  mediaGrant(): Promise<string> {
    return this.#session?.mediaGrant() ?? Promise.reject(new Error('there is no session'));
  }

  /** How far behind the live edge to play, milliseconds. */
  get latencyTargetMs(): number {
    return this.#latencyTargetMs;
  }

  /** The rendition to take in place of a better one, since supply is short; null: any. */
  get mostTrack(): number | null {
    return this.#mostTrack;
  }

  /** Tracks that are taken. */
  get tracks(): number[] {
    return this.#tracks;
  }

  /** What is given to other peers at most, kbps. */
  get uploadKbps(): number {
    // What is given through a relay costs its server twice what giving saves another one.
    if (this.#environment.savesData || this.#p2p === 'relay') return 0;
    if (this.#uploadKbps !== undefined) return this.#uploadKbps;
    const taken = this.#broadcast?.tracks.filter(({ track }) => this.#tracks.includes(track)) ?? [];
    return Math.round(this.#uploadRatio * taken.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0));
  }

  /** The edge's clock, milliseconds since 1970. Live latency = serverNowMs() - (epochMs + decode time shown). */
  serverNowMs(): number {
    return this.#environment.now() + this.#clock.offsetMs;
  }

  /** How much of the past is kept, milliseconds. */
  get windowMs(): number {
    return this.#shelf.windowMs;
  }

  /** How many peers the substream of a piece passes before it is here; 0: it comes from the edge. */
  hops(index: number): number | undefined {
    return this.#session?.hops(index);
  }

  /** Bytes of a verified piece that is still in the window. */
  piece(index: number): Uint8Array | undefined {
    return this.#shelf.piece(index)?.bytes;
  }

  record(index: number): PieceRecord | undefined {
    return this.#shelf.piece(index)?.record;
  }

  /** The init segment (ISO BMFF ftyp + moov) that records of a track name as their `initSegment`. */
  init(track: number, initSegment: number): Uint8Array | undefined {
    return this.#shelf.init(track, initSegment);
  }

  /** Segments of a track of which something is here, in playing order. */
  segments(track: number): SegmentView[] {
    return this.#shelf.segments(track);
  }

  segment(track: number, segment: number): SegmentView | undefined {
    return this.#shelf.segment(track, segment);
  }

  /** Pieces of a segment from number `from` up to the first gap. */
  pieces(track: number, segment: number, from = 0): ShelfPiece[] {
    return this.#shelf.pieces(track, segment, from);
  }

  /** The latest end of any piece, microseconds of decode time: the live edge as far as it is known here. */
  get newestUs(): number {
    return this.#shelf.newestUs;
  }

  /** Where the picture is. Call it a few times a second: deadlines hang on it. */
  setPlayhead(playhead: Playhead): void {
    this.#session?.setPlayhead(playhead);
  }

  /** Tracks to take from now on (a rendition was switched). */
  setTracks(tracks: number[]): void {
    this.#tracks = tracks;
    this.#session?.setTracks(tracks);
    this.#session?.setUploadKbps(this.uploadKbps);
  }

  /** Another upload budget; undefined: back to the channel's. */
  setUploadKbps(kbps: number | undefined): void {
    this.#uploadKbps = kbps;
    this.#session?.setUploadKbps(this.uploadKbps);
  }

  /**
   * Whether others are fed from now on, the LAN included; at first they are. False: whoever is fed gets notice and
   * finds another source, media goes on coming. For a page whose timers are about to slow down, a phone on battery.
   */
  setGiving(gives: boolean): void {
    this.#gives = gives;
    this.#session?.setGiving(gives);
  }

  /** Figures for the reports; the viewer itself knows nothing of pictures. */
  setPlayback(figures: PlaybackFigures): void {
    this.#playback = figures;
  }

  stats(): ViewerStats {
    const stats = this.#session?.figures(this.#settled) ?? this.#settled;
    return { ...stats, edgeRequests: stats.edgeRequests + this.#joins };
  }

  async #begin(visit: AbortController): Promise<void> {
    this.#crypto ??= await makePeerCrypto(this.#environment.crypto);
    if (this.#visit !== visit) return;
    if (!this.#crypto) {
      this.#visit = undefined;
      return this.#become('unsupported', {
        code: 'no-crypto',
        message: 'this browser allows WebCrypto on https and on localhost only',
      });
    }
    this.#watch();
    void this.#ask();
  }

  #askIn(delayMs: number): void {
    this.#environment.clearTimer(this.#askTimer ?? 0);
    this.#askTimer = this.#environment.setTimer(delayMs, () => {
      this.#askTimer = undefined;
      void this.#ask();
    });
  }

  /** One join at a time, whoever wants it. */
  #ask(): Promise<JoinOutcome> {
    const visit = this.#visit;
    if (!visit || !this.#crypto) return Promise.reject(new Error('the viewer has stopped'));
    return this.#asking ??= this.#join(visit, this.#crypto);
  }

  async #join(visit: AbortController, crypto: PeerCrypto): Promise<JoinOutcome> {
    const { edgeUrl, channel, framedBy } = this.#options;
    const token = this.#token;
    const url = new URL(`/join/${encodeURIComponent(channel)}`, edgeUrl).href;
    // Who has media, or means to take up what it had, wants none.
    const media = !this.#session && !this.#keepsShelf;
    const request = {
      peerKey: toBase64Url(crypto.publicKey),
      ...(token !== undefined && { token }),
      p2p: this.#p2pChoice,
      ...(media && { media }),
      ...(framedBy !== undefined && { framedBy }),
    };
    const outcome = await join(this.#environment, url, request, visit.signal, this.#joinsBySocket);
    const isBySocket = outcome.kind === 'answered' && outcome.socket !== undefined;
    if (!isBySocket) this.#joins++;
    if (media) this.#joinsBySocket = isBySocket;
    if (this.#visit === visit) {
      this.#asking = undefined;
      this.#follow(outcome);
    } else if (isBySocket) outcome.socket!.close();
    return outcome;
  }

  #follow(outcome: JoinOutcome): void {
    const { random } = this.#environment;
    if (outcome.kind === 'refused') return this.#refuse(outcome.code, outcome.message);
    if (outcome.kind === 'unreachable') {
      const wait = fullJitterMs(random, this.#failures++, RETRY_MS, LONGEST_RETRY_MS);
      this.#askIn((outcome.retryAfterMs ?? 0) + wait);
      if (!this.#session) {
        this.#become('reconnecting', { code: 'edge-unreachable', message: outcome.message });
      }
      return;
    }
    this.#failures = 0;
    const { answer } = outcome;
    this.#clock.take(outcome.clock);
    this.#title = answer.title;
    if ('broadcast' in answer) return this.#enter(answer, outcome);
    const watched = this.#session !== undefined || this.#state === 'ended';
    this.#endSession();
    this.#askIn(answer.retryAfterMs * (1 + RETRY_SPREAD * random()));
    this.#become(watched ? 'ended' : 'offline', {
      code: answer.state,
      message: answer.state === 'stopped' ? 'the channel is stopped' : 'there is no broadcast at the moment',
    });
  }

  #enter(answer: LiveJoinAnswer, { media, socket }: { media?: FirstMedia; socket?: WebSocket }): void {
    if (this.#session?.broadcastId === answer.broadcast.id) {
      media?.cancel();
      socket?.close();
      if (this.#state === 'ended') {
        // The edge's join card is a moment older than the end it told.
        return this.#askIn(REJOIN_LEAST_MS + REJOIN_SPREAD_MS * this.#environment.random());
      }
      if (!this.#session.isSeated) this.#channelState = answer.state;
      this.#session.adopt(answer);
      return this.#follows();
    }
    this.#endSession();
    const goesOn = this.#keepsShelf && this.#broadcast?.id === answer.broadcast.id;
    this.#keepsShelf = false;
    this.#broadcast = answer.broadcast;
    this.#channelState = answer.state;
    this.#uploadRatio = answer.uploadRatio;
    this.#p2p = answer.p2p;
    if (!goesOn) {
      this.#shelf = new Shelf(answer.windowS * 1000);
      this.#tracks = (this.#options.tracks ?? firstTracks)(answer.broadcast);
    }
    // A narrow line is not to carry what nobody looks at before anything else.
    const isWanted = firstTracks(answer.broadcast).every((track) => this.#tracks.includes(track));
    if (!isWanted) {
      media?.cancel();
      socket?.close();
    }
    this.#lastPieceAt = this.#environment.now();
    this.#session = new Session({
      environment: this.#environment,
      crypto: this.#crypto!,
      edgeUrl: this.#options.edgeUrl,
      answer,
      media: isWanted ? media : undefined,
      socket: isWanted ? socket : undefined,
      shelf: this.#shelf,
      tracks: this.#tracks,
      uploadKbps: this.uploadKbps,
      gives: this.#gives,
      deviceId: this.#options.deviceId,
      serverNowMs: () => this.serverNowMs(),
      playback: () => this.#playback,
      events: this.#sessionEvents(),
    });
    if (!goesOn) this.emit('broadcast', answer.broadcast);
    this.#setLatencyTarget(answer.latencyTargetMs);
    this.#follows();
  }

  #sessionEvents(): SessionEvents {
    return {
      piece: ({ record }, source) => {
        this.#lastPieceAt = this.#environment.now();
        if (this.#state === 'reconnecting') this.#follows();
        this.emit('piece', { index: record.index, record, source });
      },
      peers: (count) => this.emit('peers', { count }),
      channel: (message) => {
        if (message.latencyTargetMs !== undefined) this.#setLatencyTarget(message.latencyTargetMs);
        if (message.keysEpoch !== undefined && message.keysEpoch !== this.#keysEpoch) {
          this.#keysEpoch = message.keysEpoch;
          this.emit('keys', { epoch: message.keysEpoch });
        }
        if (message.uploadRatio !== undefined) {
          this.#uploadRatio = message.uploadRatio;
          this.#session?.setUploadKbps(this.uploadKbps);
        }
        if (message.state !== 'ended') {
          this.#channelState = message.state;
          return this.#follows();
        }
        this.#become('ended', { code: 'ended', message: 'the broadcast is over' });
        this.#askIn(REJOIN_LEAST_MS + ENDED_SPREAD_MS * this.#environment.random());
      },
      clock: (sample) => this.#clock.take(sample),
      relief: (relief) => this.#relieve(relief),
      kicked: (code, reason) => this.#refuse(code, reason),
      rejoin: () => {
        if (this.#askTimer !== undefined || this.#asking) return;
        this.#askIn(REJOIN_LEAST_MS + REJOIN_SPREAD_MS * this.#environment.random());
      },
      joinNow: async () => {
        const outcome = await this.#ask();
        const answer = outcome.kind === 'answered' ? outcome.answer : undefined;
        if (!answer || !('grant' in answer)) throw new Error('the edge gives no grant at the moment');
        return answer;
      },
    };
  }

  /** In a session: live or lost, as the channel is. */
  #follows(): void {
    if (this.#channelState === 'live') return this.#become('live');
    this.#become('lost', { code: 'encoder-lost', message: 'the encoder is gone and may come back' });
  }

  #refuse(code: string, message: string): void {
    this.stop();
    this.#become('refused', { code, message });
  }

  /** Who gives little is asked to take less; who gives much carries for them what they take. */
  #relieve(relief: Relief | null): void {
    const session = this.#session;
    if (!session) return;
    const { givingKbps } = session;
    const carries = relief && givingKbps >= relief.carryKbps && this.#luck < relief.carryShare;
    session.setCarried(carries ? [relief.track] : []);
    const track = relief && givingKbps < relief.belowKbps ? relief.track : null;
    if (track === this.#mostTrack) return;
    this.#mostTrack = track;
    this.emit('relief', { track });
  }

  #setLatencyTarget(targetMs: number): void {
    if (targetMs === this.#latencyTargetMs) return;
    this.#latencyTargetMs = targetMs;
    this.#session?.setLatencyTarget(targetMs);
    this.emit('latency', { targetMs });
  }

  #endSession(): void {
    const session = this.#session;
    if (!session) return;
    this.#relieve(null);
    this.#session = undefined;
    session.close();
    this.#settled = settle(session.figures(this.#settled));
    this.emit('peers', { count: 0 });
  }

  /** Once a second: is anybody still there? */
  #watch(): void {
    this.#watchTimer = this.#environment.setTimer(WATCH_MS, () => {
      const silent = this.#environment.now() - this.#lastPieceAt > CUT_OFF_MS;
      const session = this.#session;
      if (session && this.#state === 'live' && silent && !session.isSeated) {
        this.#become('reconnecting', {
          code: 'edge-unreachable',
          message: 'neither the edge nor any peer answers',
        });
      } else if (session?.isSeated && this.#state === 'reconnecting') this.#follows();
      this.#watch();
    });
  }

  #become(state: ViewerState, reason?: ViewerReason): void {
    if (state === this.#state && reason?.code === this.#reason?.code) return;
    this.#state = state;
    this.#reason = reason;
    this.emit('state', { state, reason });
  }
}
