/** A channel with a broadcast: its packager, its link, and the encoder that feeds it at the moment. */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { ChannelSettings } from '../../protocol/channel.ts';
import type { FromOrigin, IngestStatus } from '../../protocol/control.ts';
import type { KeyPeriods } from '../../protocol/keys.ts';
import { trackOf } from '../../protocol/piece-index.ts';
import type { EncoderSession } from '../media/encoder-session.ts';
import { isRendition, Packager } from '../media/packager.ts';
import { deriveBroadcastKey } from '../media/broadcast-key.ts';
import type { MediaSink, PublishSession } from '../rtmp/seam.ts';
import type { Granted } from './control-client.ts';
import type { EdgeSocketTiming } from './edge-socket.ts';
import { KeyWatch } from './key-watch.ts';
import { ladderProcess } from './ladder-process.ts';
import { LinkClient } from './link-client.ts';
import type { Log } from './log.ts';
import type { OriginMetrics } from './metrics.ts';
import { Recorder } from './recorder.ts';

export interface LiveChannelOptions {
  edgeUrl: string;
  secret: string;
  originId: string;
  metrics: OriginMetrics;
  log: Log;
  nowMs: () => number;
  /** Program that makes lower renditions. */
  ffmpeg: string;
  /** To the control socket; false when it is down. */
  tell: (message: FromOrigin) => boolean;
  /** No encoder came back for longer than the edge allows, and the edge said nothing. */
  onForgotten: (channel: LiveChannel) => void;
  timing?: Partial<EdgeSocketTiming>;
}

/** Past the reconnect window: the edge should have said `ended` long ago. */
const FORGET_AFTER_MS = 60_000;

interface Publication {
  publish: PublishSession;
  encoder: EncoderSession;
}

export class LiveChannel {
  readonly name: string;
  readonly broadcastId: string;
  readonly #options: LiveChannelOptions;
  #packager!: Packager;
  #settings: ChannelSettings;
  #keyId: string;
  #keys: KeyWatch | undefined;
  #current: Publication | undefined;
  #link: LinkClient | undefined;
  readonly #recorder: Recorder;
  #dropped = 0;
  #unsaid: FromOrigin | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(granted: Granted, options: LiveChannelOptions) {
    this.name = granted.channel;
    this.broadcastId = granted.broadcastId;
    this.#options = options;
    this.#settings = granted.settings;
    this.#keyId = granted.keyId;
    this.#recorder = new Recorder({ ...options, channel: granted.channel });
  }

  /** `resumed`: the broadcast is older than this process's knowledge of it. */
  static async create(granted: Granted, resumed: boolean, options: LiveChannelOptions): Promise<LiveChannel> {
    const channel = new LiveChannel(granted, options);
    const { drm, ladder } = granted.settings;
    const keys = drm === 'off' ? undefined : new KeyWatch({
      scheme: drm,
      nowMs: options.nowMs,
      ask: () => channel.#current && options.tell({ type: 'keys', channel: granted.channel }),
    });
    channel.#keys = keys;
    if (granted.keys) keys?.set(granted.keys);
    channel.#packager = await Packager.create({
      broadcastId: granted.broadcastId,
      epochMs: granted.epochMs,
      key: await deriveBroadcastKey(options.secret, granted.channel, granted.broadcastId),
      windowS: granted.settings.windowS,
      pieceMs: granted.settings.pieceMs,
      resumed,
      tracks: granted.tracks,
      nowMs: options.nowMs,
      onPiece: (piece) => {
        options.metrics.pieceCut(piece.bytes.length);
        channel.#link?.offer(piece);
        if (!isRendition(trackOf(piece.record.index))) channel.#recorder.piece(piece);
      },
      onTracks: (broadcast) => channel.#announce(broadcast),
      onError: (error) => channel.#fail(error),
      keys: keys?.schedule,
      ...(ladder.length > 0
        ? { ladder: { rungs: ladder, start: ladderProcess(options.ffmpeg, granted.channel, options.log) } }
        : {}),
    });
    return channel;
  }

  get hasEncoder(): boolean {
    return this.#current !== undefined;
  }

  get keyId(): string {
    return this.#keyId;
  }

  /** Scheme of this broadcast, or `off`. */
  get drm(): ChannelSettings['drm'] {
    return this.#keys?.schedule.scheme ?? 'off';
  }

  get windowBytes(): number {
    return this.#packager.window.bytes;
  }

  get isLinked(): boolean {
    return this.#link?.isUp ?? false;
  }

  /** Takes an encoder; one that is still there is dropped, the newest wins. */
  attach(publish: PublishSession, granted: Granted): MediaSink {
    const before = this.#current;
    this.#current = undefined;
    before?.encoder.end();
    before?.publish.drop('another session with the same key took over');
    clearTimeout(this.#timer);
    this.#unsaid = undefined;
    this.#keyId = granted.keyId;
    if (granted.keys) this.setKeys(granted.keys);
    this.applySettings(granted.settings);
    const encoder = this.#packager.startSession();
    const publication = { publish, encoder };
    this.#current = publication;
    this.#tellLive();
    return {
      tag: (tag) => encoder.tag(tag),
      ended: (reason, polite) => {
        encoder.end();
        if (this.#current === publication) this.#lost(reason, polite);
      },
    };
  }

  /** The encoder of this session goes on in another broadcast: it is not lost. */
  release(publish: PublishSession): void {
    if (this.#current?.publish !== publish) return;
    this.#current.encoder.end();
    this.#current = undefined;
  }

  applySettings(settings: ChannelSettings): void {
    this.#settings = settings;
    this.#packager.window.windowS = settings.windowS;
    this.#recorder.set(settings.record);
  }

  /** Keys of a protected channel; nothing happens on one that is not. */
  setKeys(keys: KeyPeriods): void {
    this.#keys?.set(keys);
  }

  /** Ends the encoder's session. */
  drop(reason: string): void {
    this.#current?.publish.drop(reason);
  }

  /** The control socket is up again: says what the edge may not know. */
  repeat(): void {
    if (this.#unsaid && this.#options.tell(this.#unsaid)) this.#unsaid = undefined;
    if (this.#current) this.#tellLive();
  }

  /** Ingest health; undefined without an encoder or before the channel is live. */
  status(): IngestStatus | undefined {
    if (!this.#current || !this.#packager.broadcast) return undefined;
    const { encoder } = this.#current;
    const { video, audio } = encoder.codecs;
    return { ...encoder.meter.measure(), videoCodec: video, audioCodec: audio, droppedPieces: this.#dropped };
  }

  /** The broadcast is over. */
  end(reason: string): void {
    this.#stop(reason);
    void this.#packager.settled().catch(() => {}).then(() => this.#recorder.end());
    this.#link?.end();
  }

  /** The process stops; the broadcast may go on in the next one. */
  async close(): Promise<void> {
    this.#stop('the origin is stopping');
    this.#link?.close();
    await this.#packager.settled().catch(() => {});
    await this.#recorder.close();
  }

  #stop(reason: string): void {
    clearTimeout(this.#timer);
    const current = this.#current;
    this.#current = undefined;
    current?.encoder.end();
    current?.publish.drop(reason);
    this.#packager.endLadder();
    this.#packager.window.clear();
    this.#keys?.stop();
  }

  #tellLive(): void {
    const { broadcast } = this.#packager;
    if (broadcast) this.#options.tell({ type: 'live', channel: this.name, broadcast });
  }

  #announce(broadcast: Broadcast): void {
    // A recording is the source, as it was sent.
    const tracks = broadcast.tracks.filter(({ track }) => !isRendition(track));
    this.#recorder.announce({ ...broadcast, tracks });
    this.#tellLive();
    if (this.#link) {
      this.#link.update(broadcast);
      return;
    }
    const { edgeUrl, secret, originId, metrics, log, timing } = this.#options;
    this.#link = new LinkClient({
      edgeUrl,
      secret,
      originId,
      channel: this.name,
      broadcast,
      window: this.#packager.window,
      onSent: (kind, bytes) => metrics.sent(kind, bytes),
      onDropped: (pieces) => {
        this.#dropped += pieces;
        metrics.dropped(pieces);
      },
      log,
      timing,
    });
    log('info', 'channel is live', { channel: this.name, broadcast: broadcast.id });
  }

  #lost(reason: string, polite: boolean): void {
    this.#current = undefined;
    const { name: channel, broadcastId } = this;
    const message: FromOrigin = { type: 'lost', channel, broadcastId, polite, reason: reason.slice(0, 200) };
    if (!this.#options.tell(message)) this.#unsaid = message;
    const forgetMs = this.#settings.reconnectWindowS * 1000 + FORGET_AFTER_MS;
    this.#timer = setTimeout(() => this.#options.onForgotten(this), forgetMs);
  }

  #fail(error: unknown): void {
    if (!this.#current) return;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.log('error', 'pieces cannot be sealed', { channel: this.name, why });
    this.drop('internal error of the origin');
  }
}
