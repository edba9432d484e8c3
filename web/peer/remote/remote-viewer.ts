/**
 * A viewer that lives in a worker, as the page sees it: the same members as `Viewer` has, as far as a player uses
 * them. Verified pieces are copied over; connections are made here and their channels handed to the worker.
 *
 * A worker that dies is replaced: what had come stays here, so that a player plays on as after a short outage.
 */
import type { Broadcast } from '../../../protocol/broadcast.ts';
import type { P2pPolicy } from '../../../protocol/channel.ts';
import { LATENCY_TARGET_MS, WINDOW_S } from '../../../protocol/playback-defaults.ts';
import type { PieceRecord } from '../../../protocol/record.ts';
import type { Playhead } from '../../mesh/seams.ts';
import { Emitter } from '../emitter.ts';
import { type SegmentView, Shelf, type ShelfPiece } from '../shelf.ts';
import type { ViewerEvents, ViewerReason, ViewerState } from '../viewer.ts';
import { addTotals, emptyStats, type PlaybackFigures, settle, type ViewerStats } from '../viewer-stats.ts';
import type { ConnectionNews } from './connection-messages.ts';
import { PageConnections } from './page-connections.ts';
import { PictureFirst } from './picture-first.ts';
import type { Pipe } from './pipe.ts';
import { LOOK_EVERY_MS, Pulse } from './pulse.ts';
import { Restarts } from './restarts.ts';
import type { RemoteViewerOptions, ViewerFacts, ViewerNews, ViewerRequest } from './viewer-messages.ts';

/** A viewer's goodbye takes a moment; its worker ends after this. */
const GOODBYE_MS = 1000;

/** A worker that runs, or is about to. */
export interface MeshWorker {
  pipe: Pipe<ViewerRequest, ViewerNews>;
  end(): void;
  /** Told when something in it threw that nothing caught. */
  onFault(listener: () => void): void;
}

export class RemoteViewer extends Emitter<ViewerEvents> {
  readonly #make: () => MeshWorker | undefined;
  readonly #options: RemoteViewerOptions;
  readonly #connection: new (configuration?: RTCConfiguration) => RTCPeerConnection;
  /** Undefined between one that died and the next. */
  #worker: MeshWorker | undefined;
  #connections: PageConnections | undefined;
  #hear: (request: Extract<ViewerNews, { type: 'connection' }>['request']) => void = () => {};
  #first = new PictureFirst();
  #pulse = new Pulse();
  #looks: ReturnType<typeof setInterval> | undefined;
  #restarts = new Restarts();
  #restart: ReturnType<typeof setTimeout> | undefined;
  /** A new worker joins; the page knows more than it does. */
  #resuming = false;
  /** The last of each setting, for a worker to come. */
  #wishes = new Map<ViewerRequest['type'], ViewerRequest>();
  #shelf = new Shelf(WINDOW_S * 1000);
  /** Of the workers that died. */
  #settled = emptyStats();
  #stats = emptyStats();
  #stopped = false;
  #grants = new Map<number, (value: string | undefined) => void>();
  #lastCall = 0;
  #facts: ViewerFacts;

  /** @param make Starts another worker, where the first one died; undefined where none can be had. */
  constructor(
    worker: MeshWorker,
    make: () => MeshWorker | undefined,
    options: RemoteViewerOptions,
    connection: new (configuration?: RTCConfiguration) => RTCPeerConnection,
  ) {
    super();
    this.#make = make;
    this.#options = options;
    this.#connection = connection;
    this.#facts = {
      state: 'joining',
      reason: undefined,
      title: '',
      p2p: options.p2p ?? 'on',
      broadcast: undefined,
      latencyTargetMs: LATENCY_TARGET_MS,
      mostTrack: null,
      tracks: [],
      uploadKbps: 0,
      clockOffsetMs: Date.now() - (performance.timeOrigin + performance.now()),
    };
    this.#employ(worker);
  }

  start(): void {
    this.#stopped = false;
    this.#post({ type: 'start' });
  }

  /** Leaves; the worker ends when it has said goodbye. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#looks);
    clearTimeout(this.#restart);
    this.#first.pictured();
    this.#post({ type: 'stop' });
    setTimeout(() => this.#dismiss(), GOODBYE_MS);
  }

  /** The page is going and its worker with it, whose goodbye may come too late: the end of each connection tells as much. */
  leave(): void {
    this.stop();
    this.#connections?.close();
  }

  /** There is a picture: connections wait for it no longer. */
  pictured(): void {
    this.#first.pictured();
  }

  get state(): ViewerState {
    return this.#facts.state;
  }

  get reason(): ViewerReason | undefined {
    return this.#facts.reason;
  }

  get broadcast(): Broadcast | undefined {
    return this.#facts.broadcast;
  }

  get title(): string {
    return this.#facts.title;
  }

  get p2p(): P2pPolicy {
    return this.#facts.p2p;
  }

  get latencyTargetMs(): number {
    return this.#facts.latencyTargetMs;
  }

  get mostTrack(): number | null {
    return this.#facts.mostTrack;
  }

  get tracks(): number[] {
    return this.#facts.tracks;
  }

  get uploadKbps(): number {
    return this.#facts.uploadKbps;
  }

  get newestUs(): number {
    return this.#shelf.newestUs;
  }

  serverNowMs(): number {
    return performance.timeOrigin + performance.now() + this.#facts.clockOffsetMs;
  }

  setP2p(policy: P2pPolicy): void {
    this.#post({ type: 'setP2p', policy });
  }

  setToken(token: string | undefined): void {
    this.#post({ type: 'setToken', token });
  }

  setTracks(tracks: number[]): void {
    this.#facts = { ...this.#facts, tracks };
    this.#post({ type: 'setTracks', tracks });
  }

  setUploadKbps(kbps: number | undefined): void {
    this.#post({ type: 'setUploadKbps', kbps });
  }

  setGiving(gives: boolean): void {
    this.#post({ type: 'setGiving', gives });
  }

  setPlayhead(playhead: Playhead): void {
    this.#first.playhead(playhead);
    this.#post({ type: 'setPlayhead', playhead });
  }

  setPlayback(figures: PlaybackFigures): void {
    this.#post({ type: 'setPlayback', figures });
  }

  async mediaGrant(): Promise<string> {
    const call = ++this.#lastCall;
    const asked = new Promise<string | undefined>((resolve) => this.#grants.set(call, resolve));
    this.#post({ type: 'grant', call });
    const value = await asked;
    if (value === undefined) throw new Error('there is no session');
    return value;
  }

  piece(index: number): Uint8Array | undefined {
    return this.#shelf.piece(index)?.bytes;
  }

  record(index: number): PieceRecord | undefined {
    return this.#shelf.piece(index)?.record;
  }

  init(track: number, initSegment: number): Uint8Array | undefined {
    return this.#shelf.init(track, initSegment);
  }

  segments(track: number): SegmentView[] {
    return this.#shelf.segments(track);
  }

  segment(track: number, segment: number): SegmentView | undefined {
    return this.#shelf.segment(track, segment);
  }

  pieces(track: number, segment: number, from = 0): ShelfPiece[] {
    return this.#shelf.pieces(track, segment, from);
  }

  /** As of half a second ago at most. */
  stats(): ViewerStats {
    return this.#stats;
  }

  #post(request: ViewerRequest): void {
    if (request.type.startsWith('set')) this.#wishes.set(request.type, request);
    this.#worker?.pipe.post(request);
  }

  #employ(worker: MeshWorker): void {
    this.#worker = worker;
    this.#pulse = new Pulse();
    this.#connections = new PageConnections({
      post: (news: ConnectionNews, transfer) => worker.pipe.post({ type: 'connection', news }, transfer),
      receive: (listener) => this.#hear = listener,
    }, this.#connection);
    worker.onFault(() => this.#worker === worker && this.#pulse.fault());
    worker.pipe.receive((news) => this.#worker === worker && this.#take(news));
    worker.pipe.post({ type: 'make', options: this.#options });
  }

  #dismiss(): void {
    this.#connections?.close();
    this.#worker?.end();
    this.#worker = undefined;
  }

  #look(): void {
    if (this.#worker && this.#pulse.look()) this.#bury();
  }

  /** The worker is dead: another one takes its place, unless there is nothing for it to do, or too many died. */
  #bury(): void {
    this.#dismiss();
    for (const settle of this.#grants.values()) settle(undefined);
    this.#grants.clear();
    this.#settled = this.#stats = settle(this.#stats);
    const { state, mostTrack } = this.#facts;
    if (state === 'refused' || state === 'unsupported') return;
    const pauseMs = this.#restarts.next(performance.now());
    if (pauseMs === undefined) {
      clearInterval(this.#looks);
      return this.#become('unsupported', {
        code: 'player-failed',
        message: 'the worker of the mesh died again and again',
      });
    }
    this.#become('reconnecting', {
      code: 'worker-died',
      message: 'the worker of the mesh died; another one starts',
    });
    this.emit('peers', { count: 0 });
    if (mostTrack !== null) this.emit('relief', { track: null });
    this.#restart = setTimeout(() => this.#resume(), pauseMs);
  }

  #resume(): void {
    const worker = this.#make();
    if (!worker) return this.#bury();
    this.#resuming = true;
    this.#employ(worker);
    for (const wish of this.#wishes.values()) worker.pipe.post(wish);
    worker.pipe.post({ type: 'start' });
  }

  #become(state: ViewerState, reason: ViewerReason): void {
    this.#facts = { ...this.#facts, state, reason, mostTrack: null };
    this.emit('state', { state, reason });
  }

  /** Whether a new worker tells of the broadcast that is watched here already. */
  #goesOn({ broadcast }: ViewerFacts): boolean {
    return this.#resuming && broadcast !== undefined && broadcast.id === this.#facts.broadcast?.id;
  }

  #learn(news: Extract<ViewerNews, { facts: ViewerFacts }>): void {
    const { facts, type } = news;
    const isNew = type === 'broadcast' && !this.#goesOn(facts);
    if (this.#resuming && facts.state === 'joining' && !isNew) return;
    if (facts.state !== 'joining') this.#resuming = false;
    this.#facts = facts;
  }

  #take(news: ViewerNews): void {
    this.#pulse.hear(news.type === 'pieces');
    if (news.type === 'ready') this.#looks ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    if (news.type === 'connection') return this.#first.pass(() => this.#hear(news.request));
    if (news.type === 'figures') this.#stats = addTotals(this.#settled, news.stats);
    if (news.type === 'grant') {
      this.#grants.get(news.call)?.(news.value);
      this.#grants.delete(news.call);
    }
    const goesOn = news.type === 'broadcast' && this.#goesOn(news.facts);
    const isJoining = this.#resuming && news.type === 'state' && news.facts.state === 'joining';
    if ('facts' in news) this.#learn(news);
    if (this.#stopped || isJoining) return;
    switch (news.type) {
      case 'state':
        return this.emit('state', { state: news.facts.state, reason: news.facts.reason });
      case 'broadcast':
        if (goesOn) return this.#retake();
        this.#wishes.delete('setTracks');
        this.#shelf = new Shelf(news.windowMs);
        return this.emit('broadcast', news.facts.broadcast!);
      case 'pieces':
        for (const { record, bytes, source } of news.pieces) {
          this.#shelf.add({ record, bytes }, source === 'join');
          this.emit('piece', { index: record.index, record, source });
        }
        return this.#first.media();
      case 'latency':
        return this.emit('latency', { targetMs: news.facts.latencyTargetMs });
      case 'relief':
        return this.emit('relief', { track: news.facts.mostTrack });
      case 'peers':
        return this.emit('peers', { count: news.count });
      case 'keys':
        return this.emit('keys', { epoch: news.epoch });
    }
  }

  /** What was chosen of the broadcast is chosen again. */
  #retake(): void {
    const tracks = this.#wishes.get('setTracks');
    if (tracks) this.#post(tracks);
  }
}
