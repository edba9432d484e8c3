/**
 * A viewer that lives in a worker, as the page sees it: the same members as `Viewer` has, as far as a player uses
 * them. Verified pieces are copied over; connections are made here and their channels handed to the worker.
 */
import type { Broadcast } from '../../../protocol/broadcast.ts';
import type { P2pPolicy } from '../../../protocol/channel.ts';
import { LATENCY_TARGET_MS, WINDOW_S } from '../../../protocol/playback-defaults.ts';
import type { PieceRecord } from '../../../protocol/record.ts';
import type { Playhead } from '../../mesh/seams.ts';
import { Emitter } from '../emitter.ts';
import { type SegmentView, Shelf, type ShelfPiece } from '../shelf.ts';
import type { ViewerEvents, ViewerReason, ViewerState } from '../viewer.ts';
import { emptyStats, type PlaybackFigures, type ViewerStats } from '../viewer-stats.ts';
import type { ConnectionNews } from './connection-messages.ts';
import { PageConnections } from './page-connections.ts';
import type { Pipe } from './pipe.ts';
import type { RemoteViewerOptions, ViewerFacts, ViewerNews, ViewerRequest } from './viewer-messages.ts';

/** A viewer's goodbye takes a moment; its worker ends after this. */
const GOODBYE_MS = 1000;

export class RemoteViewer extends Emitter<ViewerEvents> {
  #pipe: Pipe<ViewerRequest, ViewerNews>;
  #end: () => void;
  #connections: PageConnections;
  #hear: (request: Extract<ViewerNews, { type: 'connection' }>['request']) => void = () => {};
  #shelf = new Shelf(WINDOW_S * 1000);
  #stats = emptyStats();
  #stopped = false;
  #grants = new Map<number, (value: string | undefined) => void>();
  #lastCall = 0;
  #facts: ViewerFacts;

  /** @param end ends the worker. */
  constructor(
    pipe: Pipe<ViewerRequest, ViewerNews>,
    options: RemoteViewerOptions,
    connection: new (configuration?: RTCConfiguration) => RTCPeerConnection,
    end: () => void,
  ) {
    super();
    this.#pipe = pipe;
    this.#end = end;
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
    this.#connections = new PageConnections({
      post: (news: ConnectionNews, transfer) => pipe.post({ type: 'connection', news }, transfer),
      receive: (listener) => this.#hear = listener,
    }, connection);
    pipe.receive((news) => this.#take(news));
    pipe.post({ type: 'make', options });
  }

  start(): void {
    this.#stopped = false;
    this.#pipe.post({ type: 'start' });
  }

  /** Leaves; the worker ends when it has said goodbye. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#pipe.post({ type: 'stop' });
    setTimeout(() => {
      this.#connections.close();
      this.#end();
    }, GOODBYE_MS);
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
    this.#pipe.post({ type: 'setP2p', policy });
  }

  setToken(token: string | undefined): void {
    this.#pipe.post({ type: 'setToken', token });
  }

  setTracks(tracks: number[]): void {
    this.#facts = { ...this.#facts, tracks };
    this.#pipe.post({ type: 'setTracks', tracks });
  }

  setUploadKbps(kbps: number | undefined): void {
    this.#pipe.post({ type: 'setUploadKbps', kbps });
  }

  setGiving(gives: boolean): void {
    this.#pipe.post({ type: 'setGiving', gives });
  }

  setPlayhead(playhead: Playhead): void {
    this.#pipe.post({ type: 'setPlayhead', playhead });
  }

  setPlayback(figures: PlaybackFigures): void {
    this.#pipe.post({ type: 'setPlayback', figures });
  }

  async mediaGrant(): Promise<string> {
    const call = ++this.#lastCall;
    const asked = new Promise<string | undefined>((resolve) => this.#grants.set(call, resolve));
    this.#pipe.post({ type: 'grant', call });
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

  #take(news: ViewerNews): void {
    if (news.type === 'connection') return this.#hear(news.request);
    if (news.type === 'figures') this.#stats = news.stats;
    if (news.type === 'grant') {
      this.#grants.get(news.call)?.(news.value);
      this.#grants.delete(news.call);
    }
    if ('facts' in news) this.#facts = news.facts;
    if (this.#stopped) return;
    switch (news.type) {
      case 'state':
        return this.emit('state', { state: news.facts.state, reason: news.facts.reason });
      case 'broadcast':
        this.#shelf = new Shelf(news.windowMs);
        return this.emit('broadcast', news.facts.broadcast!);
      case 'pieces':
        for (const { record, bytes, source } of news.pieces) {
          this.#shelf.add({ record, bytes });
          this.emit('piece', { index: record.index, record, source });
        }
        return;
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
}
