/**
 * A session: one broadcast, from its join answer to its end. Puts the mesh on a real network: what the mesh asks of
 * its world goes to WebCrypto, HTTP, the signaling socket and the dialer, and what comes from those goes to the mesh.
 */
import { fromBase64Url, fromHex, toBase64Url } from '../../protocol/bytes.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import type { Grant, LiveJoinAnswer } from '../../protocol/join.ts';
import { joinMediaPath } from '../../protocol/media.ts';
import { announceProof, decodeTicket } from '../../protocol/ticket.ts';
import { trackOf } from '../../protocol/piece-index.ts';
import type { FromPeer } from '../../protocol/from-peer.ts';
import type { Feed, Introduction, NatKind, Relief, ToPeer } from '../../protocol/tracker.ts';
import { Mesh } from '../mesh/mesh.ts';
import { EdgeBusy, type MeshEvent, type PieceSource, type Playhead, type World } from '../mesh/seams.ts';
import type { Connection } from './connection.ts';
import type { PeerCrypto } from './crypto.ts';
import { DataLink } from './data-link.ts';
import { type Carrier, Dialer } from './dialer.ts';
import { EdgeMedia } from './edge-media.ts';
import type { PeerEnvironment } from './environment.ts';
import type { FirstMedia } from './first-media.ts';
import { GrantKeeper } from './grant.ts';
import { decodePeerSignal, encodePeerSignal, type PeerSignal } from './peer-signal.ts';
import { Reach } from './reach.ts';
import { Reporter } from './reporter.ts';
import { RunFetcher } from './run-fetcher.ts';
import { SeedStream } from './seed-stream.ts';
import type { ClockSample } from './server-clock.ts';
import type { Shelf } from './shelf.ts';
import { Signaling } from './signaling.ts';
import { addSession, emptyStats, type PlaybackFigures, type ViewerStats } from './viewer-stats.ts';

export interface SessionOptions {
  environment: PeerEnvironment;
  crypto: PeerCrypto;
  edgeUrl: string;
  answer: LiveJoinAnswer;
  /** What follows the join's answer, if anything. */
  media: FirstMedia | undefined;
  /** The socket that it came over, if it did. */
  socket: WebSocket | undefined;
  shelf: Shelf;
  tracks: number[];
  uploadKbps: number;
  /** Whether others are fed. */
  gives: boolean;
  deviceId: string | undefined;
  /** The edge's clock, milliseconds since 1970. */
  serverNowMs(): number;
  playback(): PlaybackFigures;
  events: SessionEvents;
}

export interface SessionEvents {
  piece(frame: PieceFrame, source: PieceSource): void;
  peers(count: number): void;
  clock(sample: ClockSample): void;
  channel(message: Extract<ToPeer, { action: 'channel' }>): void;
  /** What is asked of lower renditions from now on; null: nothing. */
  relief(relief: Relief | null): void;
  /** `code`: one of PLAYBACK_REFUSALS (protocol/claims.ts). */
  kicked(code: string, reason: string): void;
  /** The edge wants a new join: this ticket, shard or broadcast is over. The session goes on meanwhile. */
  rejoin(reason: string): void;
  /** A join at once, for a grant: the socket is down. Rejects when there is none to be had. */
  joinNow(): Promise<LiveJoinAnswer>;
}

/** Links aimed at. */
const NEIGHBOURS = 20;
const NEIGHBOURS_PHONE = 12;
const JOIN_ATTEMPTS = 4;
const JOIN_RETRY_MS = 500;
/** When so much of what was cut since has come, a join that was put off is not asked for again. */
const COMES_US = 300_000;
/** When the join's answer came without its media: the edge sends none at the moment. */
const FIRST_RETRY_MS = 1000;
/** What a join brings first is here so soon, unless the line is slow: then its rest is on the way. */
const QUICK_MS = 250;
/** What comes of it says nothing of neighbours and feeds. */
const FETCHED = ['run', 'repair'];
/** A ticket is renewed at a random moment of the minute that begins this long before its end. */
const RENEW_BEFORE_MS = 180_000;
const RENEW_SPREAD_MS = 60_000;
/** After so many failures in a row the shard may be another by now: join again. */
const MOST_SOCKET_FAILURES = 3;

export class Session {
  #options: SessionOptions;
  #answer: LiveJoinAnswer;
  #tracks: number[];
  #carried: number[] = [];
  #latencyTargetMs: number;
  #uploadKbps: number;
  #gives: boolean;
  #abort = new AbortController();
  #grants: GrantKeeper;
  #media: EdgeMedia;
  #mesh: Mesh;
  #dialer: Dialer | undefined;
  #reach: Reach | undefined;
  #signaling: Signaling;
  #bridge: Signaling | undefined;
  /** The socket that dealt the feeds: who moved into the backbone has them by that one, and answers there. */
  #fedBy: Signaling | undefined;
  #seedStream: SeedStream;
  #runs: RunFetcher;
  #reporter: Reporter;
  #renewTimer: number | undefined;
  #linked = new Set<string>();
  #closedSignals = 0;
  /** Media that comes with the join, as long as the edge may be told to leave the rest of it to others. */
  #coming: FirstMedia | undefined;
  /** When neighbours or feeds brought something last. */
  #cameAt = 0;
  #closed = false;

  constructor(options: SessionOptions) {
    const { environment, answer, edgeUrl } = options;
    this.#options = options;
    this.#answer = answer;
    this.#tracks = options.tracks;
    this.#latencyTargetMs = answer.latencyTargetMs;
    this.#uploadKbps = options.uploadKbps;
    this.#gives = options.gives;
    this.#grants = new GrantKeeper(answer.grant, options.serverNowMs, () => this.#renewGrant());
    this.#media = new EdgeMedia(environment, edgeUrl, answer.mediaPath, this.#grants);
    this.#mesh = new Mesh(this.#world(), {
      broadcast: answer.broadcast,
      peerId: answer.peerId,
      ticket: fromBase64Url(answer.ticket)!,
      edgeKey: fromBase64Url(answer.edgeKey)!,
      windowMs: answer.windowS * 1000,
      uploadKbps: this.#uploadKbps,
      neighbours: environment.device === 'phone' ? NEIGHBOURS_PHONE : NEIGHBOURS,
      tracks: this.#tracks,
      latencyTargetMs: answer.latencyTargetMs,
      edgeFallback: true,
    });
    this.#mesh.setGiving(options.gives);
    const allowed = answer.p2p === 'on' || (answer.p2p === 'relay' && !environment.showsAddress);
    if (environment.RTCPeerConnection && allowed) {
      const { p2p: policy, iceServers } = answer;
      this.#reach = new Reach({ environment, policy, iceServers, learnt: () => this.#describe() });
      this.#dialer = this.#makeDialer(this.#reach);
    }
    const tell = (message: FromPeer) => this.#signaling.tell(message);
    this.#seedStream = new SeedStream({
      environment,
      media: this.#media,
      take: (frame) => this.#mesh.offerPiece(frame, 'seed'),
      acknowledge: () => this.#mesh.acknowledge(),
      uploaded: () => this.#mesh.stats().uploadBytes,
      tell: (message) => (this.#fedBy ?? this.#signaling).tell(message),
    });
    this.#runs = this.#makeRuns();
    void this.#firstMedia(options.media);
    this.#reporter = new Reporter({
      environment,
      stats: () => this.figures(),
      playback: options.playback,
      uploadKbps: () => this.givingKbps,
      parents: () => this.#mesh.parents(),
      tell,
    });
    this.#signaling = this.#makeSignaling(answer.announcePath, false);
    if (options.socket) this.#coming = options.media;
    this.#renewLater();
  }

  get broadcastId(): string {
    return this.#answer.broadcast.id;
  }

  /** Whether the signaling socket is up and this peer has its place. */
  get isSeated(): boolean {
    return this.#signaling.isSeated;
  }

  /** This session's own figures, or added to the totals of those before it. */
  figures(total: ViewerStats = emptyStats()): ViewerStats {
    return addSession(total, this.#mesh.stats(), {
      edgeRequests: this.#media.requests,
      refused: this.#media.refused,
      signalMessages: this.#closedSignals + this.#signaling.sent + (this.#bridge?.sent ?? 0),
      feeds: this.#seedStream.feeds.length,
    });
  }

  /** What others can get of this peer, kbps: what it may give, as far as its uplink has proved to carry it. */
  get givingKbps(): number {
    if (!this.#dialer || !this.#gives) return 0;
    return Math.round(Math.min(this.#uploadKbps, this.#mesh.stats().uploadKbps));
  }

  /** How far a piece's substream is from the edge, see Mesh. */
  hops(index: number): number | undefined {
    return this.#mesh.hops(index);
  }

  /** A media grant that is good for a while: what proves this session at the edge. Rejects when there is none. */
  mediaGrant(): Promise<string> {
    return this.#grants.value();
  }

  /** The same broadcast was joined again: new ticket, grant and shard; links and media go on. */
  adopt(answer: LiveJoinAnswer): void {
    const isNewRight = answer.pass !== this.#answer.pass;
    this.#answer = answer;
    this.#grants.set(answer.grant);
    this.#mesh.renewTicket(fromBase64Url(answer.ticket)!);
    this.#renewServers(answer.iceServers);
    this.#signaling.move(answer.announcePath);
    // Who keeps its place shows the new right there; who takes a new one shows it with its announce.
    if (isNewRight) this.#signaling.renew(answer.pass).catch(() => {});
    this.#renewLater();
  }

  setPlayhead(playhead: Playhead): void {
    this.#mesh.setPlayhead(playhead);
  }

  setTracks(tracks: number[]): void {
    const added = tracks.filter((track) => !this.#tracks.includes(track));
    const before = this.#rendition;
    this.#tracks = tracks;
    // First, for whoever feeds them is to begin where the join ends.
    if (added.length > 0) void this.#joinMedia(added);
    this.#mesh.setTracks(tracks, this.#carried);
    // While one rendition follows another both are taken: it plays the old one until it lets go of it.
    if (this.#rendition !== before) this.#describe();
  }

  /** Tracks that are taken for others alone: nobody here looks at them. */
  setCarried(tracks: number[]): void {
    this.#carried = tracks;
    this.#mesh.setTracks(this.#tracks, tracks);
  }

  setUploadKbps(kbps: number): void {
    this.#uploadKbps = kbps;
    this.#mesh.setUploadKbps(kbps);
  }

  /** False: children get notice to look elsewhere, nobody new is fed, and the edge deals no feeds here. */
  setGiving(gives: boolean): void {
    if (gives === this.#gives) return;
    this.#gives = gives;
    this.#mesh.setGiving(gives);
    this.#describe();
  }

  setLatencyTarget(ms: number): void {
    this.#latencyTargetMs = ms;
    this.#mesh.setLatencyTarget(ms);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reporter.report();
    this.#reporter.close();
    this.#abort.abort();
    this.#options.media?.cancel();
    this.#runs.close();
    this.#seedStream.close();
    this.#mesh.close();
    this.#dialer?.close();
    this.#reach?.close();
    this.#bridge?.close();
    this.#signaling.close();
    this.#options.environment.clearTimer(this.#renewTimer ?? 0);
  }

  #world(): World {
    const { environment, crypto, serverNowMs } = this.#options;
    return {
      now: environment.now,
      wallClockS: () => serverNowMs() / 1000,
      random: environment.random,
      setTimer: environment.setTimer,
      clearTimer: environment.clearTimer,
      sha256: crypto.sha256,
      verify: crypto.verify,
      sign: crypto.sign,
      fetchPiece: (index) => this.#media.piece(index, this.#abort.signal),
      emit: (event) => this.#onMesh(event),
    };
  }

  #onMesh(event: MeshEvent): void {
    if (this.#closed) return;
    switch (event.type) {
      case 'piece': {
        const frame = this.#mesh.piece(event.index);
        this.#seeWhetherEnough();
        if (!frame || this.#isForOthers(event.index)) return;
        this.#options.shelf.add(frame, event.source === 'join');
        if (!FETCHED.includes(event.source)) this.#cameAt = this.#options.environment.now();
        return this.#options.events.piece(frame, event.source);
      }
      case 'connect':
        return void this.#dialer?.dial([event.peerId], this.#through(event.via, event.backbone));
      case 'signal': {
        const signal = decodePeerSignal(event.payload);
        if (signal) void this.#dialer?.receive(event.from, signal, this.#through(event.via, event.backbone));
        return;
      }
      case 'starving': {
        const known = [...new Set([...this.#dialer?.known ?? [], ...event.known])].slice(0, 64);
        const want = Math.min(20, Math.max(1, event.want));
        const socket = event.backbone ? this.#bridge : this.#signaling;
        if (this.#dialer) socket?.tell({ action: 'more', want, known });
        return;
      }
      case 'offence': {
        const { peerId, identity, why } = event;
        // Only where the culprit is seated is it known.
        for (const socket of [this.#signaling, this.#bridge]) {
          socket?.tell({ action: 'complain', peer_id: peerId, identity, why });
        }
        return;
      }
      case 'linked':
        this.#linked.add(event.peerId);
        return this.#neighboursChanged();
      case 'unlinked':
        if (this.#linked.delete(event.peerId)) this.#neighboursChanged();
    }
  }

  #isForOthers(index: number): boolean {
    const track = trackOf(index);
    return this.#carried.includes(track) && !this.#tracks.includes(track);
  }

  #neighboursChanged(): void {
    const { size } = this.#linked;
    if (size <= 1) this.#runs.changed();
    this.#options.events.peers(size);
  }

  /** The way to a peer through a common neighbour: whom a bridge meets in the backbone is of the backbone. */
  #through(via: string, backbone: boolean): Carrier {
    return {
      backbone,
      send: (to, signal: PeerSignal) => this.#mesh.signal(to, via, encodePeerSignal(signal)),
    };
  }

  #makeDialer(reach: Reach): Dialer {
    const { environment } = this.#options;
    const { peerId, broadcast } = this.#answer;
    return new Dialer({
      environment,
      peerId,
      ways: reach.ways,
      isFed: () => this.#isFed(),
      opened: (id: string, connection: Connection, carrier: Carrier) => {
        reach.linked(connection.route);
        const link = new DataLink({
          infoHash: fromHex(broadcast.infoHash)!,
          peerId,
          remotePeerId: id,
          connection,
          backbone: carrier.backbone ?? false,
          message: (message) => this.#mesh.receive(id, message),
        });
        this.#mesh.addLink(link);
        link.open();
      },
      closed: (id, reason) => this.#mesh.linkClosed(id, reason),
    });
  }

  #makeSignaling(path: string, backbone: boolean): Signaling {
    const { environment, edgeUrl, events } = this.#options;
    return new Signaling({
      environment,
      edgeUrl,
      path,
      infoHash: this.#answer.broadcast.infoHash,
      peerId: this.#answer.peerId,
      credentials: () => this.#credentials(),
      isSeed: () => this.#seedStream.feeds.length > 0,
      socket: backbone ? undefined : this.#options.socket,
      backbone,
      events: {
        message: (message) => this.#onEdge(message, backbone),
        signal: (from, signal, carrier) => void this.#dialer?.receive(from, signal, carrier),
        clock: events.clock,
        refused: (reason) => backbone ? this.#setBridge(null) : events.rejoin(reason),
        down: (failures) => {
          if (!backbone && failures >= MOST_SOCKET_FAILURES) events.rejoin('the signaling socket stays down');
        },
      },
    });
  }

  /** What this peer says of itself is not what it was. */
  #describe(): void {
    if (!this.#reach || !this.#dialer) return;
    this.#dialer.configure(this.#reach.ways);
    for (const socket of [this.#signaling, this.#bridge]) {
      socket?.describe(this.#capability(this.#reach.kind));
    }
  }

  #renewServers(iceServers: LiveJoinAnswer['iceServers']): void {
    if (!this.#reach || !this.#dialer) return;
    this.#reach.renew(iceServers);
    this.#dialer.configure(this.#reach.ways);
  }

  /** The video that this peer plays; of several that it takes the one that it took first. */
  get #rendition(): number {
    const { tracks } = this.#answer.broadcast;
    const isVideo = (one: number) => tracks.some(({ track, kind }) => track === one && kind === 'video');
    return this.#tracks.find(isVideo) ?? this.#tracks[0] ?? 0;
  }

  #capability(nat: NatKind) {
    const { deviceId } = this.#options;
    return {
      ...(deviceId === undefined ? {} : { deviceId }),
      uploadKbps: this.givingKbps,
      track: this.#rendition,
      nat,
      device: this.#options.environment.device,
    };
  }

  async #credentials() {
    const nat = await this.#reach?.known() ?? 'blocked';
    const ticket = fromBase64Url(this.#answer.ticket)!;
    const proof = await this.#options.crypto.sign(announceProof(ticket));
    return {
      ticket: this.#answer.ticket,
      proof: toBase64Url(proof),
      pass: this.#answer.pass,
      capability: this.#capability(nat),
    };
  }

  #onEdge(message: ToPeer, backbone: boolean): void {
    if (this.#closed) return;
    const { events } = this.#options;
    switch (message.action) {
      case 'welcome':
        this.#grants.set(message.grant);
        this.#introduced(message.neighbours, backbone);
        if (backbone) return;
        this.#reporter.pace(message.reportEveryMs, message.reportPhaseMs);
        if (message.channel) this.#onEdge({ action: 'channel', ...message.channel }, backbone);
        return;
      case 'neighbours':
        return this.#introduced(message.neighbours, backbone);
      case 'renewed':
        return this.#renewed(message);
      case 'feeds':
        return this.#setFeeds(message.feeds, message.path, backbone ? this.#bridge : this.#signaling);
      case 'bridge':
        return this.#setBridge(message.path);
      case 'drop':
        return this.#mesh.ban(message.identities);
      case 'kicked':
        return events.kicked(message.code, message.reason);
      case 'channel':
        if (message.latencyTargetMs !== undefined) this.setLatencyTarget(message.latencyTargetMs);
        if (message.relief !== undefined && !backbone) events.relief(message.relief);
        return events.channel(message);
      case 'pace':
        if (!backbone) this.#reporter.pace(message.reportEveryMs, message.reportPhaseMs);
    }
  }

  #setFeeds(feeds: Feed[], path: string, dealtBy: Signaling | undefined): void {
    this.#fedBy = dealtBy;
    this.#mesh.setFeeds(feeds);
    this.#seedStream.set(feeds, path);
    this.#runs.changed();
  }

  /** One targeted offer to each, all in one message. */
  #introduced(neighbours: Introduction[], backbone: boolean): void {
    const carrier = backbone ? this.#bridge : this.#signaling;
    if (carrier && this.#dialer) void this.#dialer.dial(neighbours.map(({ peer_id }) => peer_id), carrier);
  }

  #setBridge(path: string | null): void {
    if (path !== null && this.#bridge) return this.#bridge.move(path);
    this.#closedSignals += this.#bridge?.sent ?? 0;
    this.#bridge?.close();
    if (this.#bridge && this.#fedBy === this.#bridge) this.#setFeeds([], '', undefined);
    this.#bridge = path === null || !this.#dialer ? undefined : this.#makeSignaling(path, true);
  }

  #makeRuns(): RunFetcher {
    const { environment, shelf } = this.#options;
    return new RunFetcher({
      environment,
      media: this.#media,
      mediaPath: this.#answer.mediaPath,
      shelf,
      mediaNowMs: () => this.#mediaNowMs(),
      tracks: () => this.#tracks,
      isFed: () => this.#linked.size > 0 || this.#isSelfFed(),
      mayMeet: this.#dialer !== undefined,
      targetMs: () => this.#latencyTargetMs,
      quietMs: () => environment.now() - this.#cameAt,
      neighbours: () => this.#linked.size,
      runsFrom: (ms) => this.#mesh.leaveToRuns(ms),
      awaits: (tracks) => this.#mesh.awaitEdge(tracks),
      take: (frame) => this.#mesh.offerPiece(frame, 'run'),
      fellBehind: () => void this.#joinMedia(this.#tracks),
    });
  }

  /** The edge's clock as decode time. */
  #mediaNowMs(): number {
    return this.#options.serverNowMs() - this.#answer.broadcast.epochMs;
  }

  /** Whether feeds bring everything: the only viewer of a channel is its seed. */
  #isSelfFed(): boolean {
    return this.#seedStream.feeds.length > 0 && this.#isFed();
  }

  /** Whether every substream has its source. */
  #isFed(): boolean {
    const { parented, substreams } = this.#mesh.stats();
    return parented === substreams;
  }

  /** Neighbours push first of all what is newer than what came; feeds begin where the edge is. */
  #seeWhetherEnough(): void {
    if (!this.#coming || this.#seedStream.feeds.length > 0 || !this.#isFed()) return;
    if (!this.#signaling.tell({ action: 'enough' })) return;
    this.#coming.leave();
    this.#coming = undefined;
  }

  #joined(): void {
    this.#mesh.awaitEdge([]);
    this.#runs.joined();
  }

  /** What came with the join's answer; what did not is asked for. */
  async #firstMedia(media: FirstMedia | undefined): Promise<void> {
    if (!media) return await this.#joinMedia(this.#tracks);
    const came = new Set<number>();
    this.#mesh.awaitEdge(this.#tracks);
    const beganAt = this.#options.environment.now();
    let isHeldBack = false;
    try {
      const isRead = await media.read((frame) => {
        if (isHeldBack) this.#mesh.awaitEdge(this.#tracks);
        isHeldBack = false;
        const track = trackOf(frame.record.index);
        came.add(track);
        if (this.#tracks.includes(track)) this.#mesh.offerPiece(frame, 'join');
      }, () => {
        // On a slow line the rest stands in it by now.
        isHeldBack = this.#options.environment.now() - beganAt < QUICK_MS;
        if (isHeldBack) this.#mesh.awaitEdge([]);
      }).finally(() => this.#joined());
      if (!isRead) return;
      if (came.size === 0) await this.#pause(FIRST_RETRY_MS);
    } catch {
      // It broke off, in whichever track. Who is sent to another shard before the rest came lacks little.
      if (!isHeldBack) came.clear();
    }
    this.#coming = undefined;
    const missing = this.#tracks.filter((track) => !came.has(track));
    if (missing.length > 0) await this.#joinMedia(missing);
  }

  /**
   * Media from the newest keyframe on, at once. Given up after a few attempts, and when what was cut since the first of
   * them has come by other ways: peers and runs will do.
   */
  async #joinMedia(tracks: number[]): Promise<void> {
    const sinceUs = this.#mediaNowMs() * 1000;
    const comes = (track: number) => this.#options.shelf.holds(track, sinceUs, sinceUs + COMES_US);
    for (let attempt = 0; attempt < JOIN_ATTEMPTS && !this.#closed && !tracks.every(comes); attempt++) {
      try {
        const path = joinMediaPath(this.#answer.mediaPath, tracks.toSorted((a, b) => a - b));
        this.#mesh.awaitEdge(tracks);
        return void await this.#media.frames(
          path,
          this.#abort.signal,
          (frame) => this.#mesh.offerPiece(frame, 'join'),
        ).finally(() => this.#joined());
      } catch (error) {
        const delay = error instanceof EdgeBusy ? error.retryAfterMs : JOIN_RETRY_MS * (attempt + 1);
        await this.#pause(delay);
      }
    }
  }

  /** Over early when the session ends. */
  #pause(delayMs: number): Promise<void> {
    const { environment } = this.#options;
    return new Promise((resolve) => {
      const timer = environment.setTimer(delayMs, resolve);
      this.#abort.signal.addEventListener('abort', () => {
        environment.clearTimer(timer);
        resolve();
      });
    });
  }

  async #renewGrant(): Promise<Grant> {
    try {
      return (await this.#signaling.renew()).grant;
    } catch {
      return (await this.#options.events.joinNow()).grant;
    }
  }

  #renewed({ ticket, grant, iceServers }: Extract<ToPeer, { action: 'renewed' }>): void {
    const bytes = fromBase64Url(ticket);
    if (!bytes) return;
    this.#answer = { ...this.#answer, ticket, grant };
    this.#grants.set(grant);
    this.#mesh.renewTicket(bytes);
    if (iceServers) this.#renewServers(iceServers);
    this.#renewLater();
  }

  #renewLater(): void {
    const { environment, serverNowMs, events } = this.#options;
    environment.clearTimer(this.#renewTimer ?? 0);
    const { expiresS } = decodeTicket(fromBase64Url(this.#answer.ticket)!);
    const beginMs = expiresS * 1000 - RENEW_BEFORE_MS - serverNowMs();
    const delay = Math.max(5000, beginMs) + environment.random() * RENEW_SPREAD_MS;
    this.#renewTimer = environment.setTimer(delay, () => {
      this.#signaling.renew().catch(() => {
        events.rejoin('the ticket is about to expire');
        if (!this.#closed) this.#renewLater();
      });
    });
  }
}
