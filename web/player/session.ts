/**
 * A session: one visit of one element to one channel. Starts the viewer and the source, both loaded when first needed,
 * turns what they tell into the store, and does what the controls ask for.
 */
import type { Broadcast } from '../../protocol/broadcast.ts';
import type { P2pPolicy } from '../../protocol/channel.ts';
import type { ViewerState } from '../peer/viewer.ts';
import type { PlayerAttributes } from './attributes.ts';
import { captionsOf } from './captions.ts';
import { FirstPicture } from './first-picture.ts';
import { framedBy } from './framed-by.ts';
import { watchGiving } from './giving.ts';
import { detailsOf, statsOf } from './figures.ts';
import type { PlayerState } from './player-state.ts';
import type { KeyRing } from './keys/key-ring.ts';
import { watchLeaving } from './leaving.ts';
import { heldTo, qualitiesOf, QualityChoice, startAt } from './quality.ts';
import { bufferedAheadMs } from './source/buffered.ts';
import type { Source, SourceFigures } from './source/source.ts';
import { StallCounter } from './stall-counter.ts';
import type { Store } from './store.ts';
import { NO_PLACE, SupplyWait } from './supply-wait.ts';
import { watchThaw } from './thaw.ts';
import { type PlayerViewer, viewerFor } from './viewer-for.ts';

const STATS_EVERY_MS = 500;
/** The playhead is told when media has come since, and otherwise so often. */
const PLAYHEAD_EVERY_MS = 400;
/** A seek may wait this long for its media. */
const SEEK_EXCUSE_MS = 2000;
/** For so long after a frozen page woke, playback jumps to live as soon as there is media, rather than hurry. */
const THAWING_MS = 10_000;
const FAR_BEHIND_MS = 1000;

/** Waiting with this much media at hand is no stall when it is over so soon. */
const HICCUP_BUFFER_MS = 300;
const HICCUP_MS = 150;

/** Which states of the viewer show a picture, or wait for one to go on. */
const WATCHING: readonly ViewerState[] = ['live', 'lost', 'reconnecting'];

export class Session {
  readonly #video: HTMLVideoElement;
  readonly #store: Store<PlayerState>;
  readonly #attributes: PlayerAttributes;
  #viewer: PlayerViewer | undefined;
  #thread: 'worker' | 'page' = 'page';
  #source: Source | undefined;
  #ring: KeyRing | undefined;
  #figures: SourceFigures | undefined;
  #stalls = new StallCounter(() => performance.now());
  #supplyWait = new SupplyWait();
  #first: FirstPicture;
  #lastTrouble = '';
  #hiccup: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #undo: (() => void)[] = [];

  #token: string | undefined;
  #choice: QualityChoice | undefined;
  #lookedAtMs = 0;
  #thawingUntilMs = 0;
  /** Media has come since the playhead was told. */
  #hasNews = false;
  #playheadAtMs = -Infinity;

  constructor(
    video: HTMLVideoElement,
    store: Store<PlayerState>,
    attributes: PlayerAttributes,
    token?: string,
  ) {
    this.#video = video;
    this.#store = store;
    this.#attributes = attributes;
    this.#token = token;
    this.#first = new FirstPicture(video, () => this.#pictured());
  }

  /** Joins and plays. Settles when the parts are loaded; what comes after is told by the store. */
  async start(): Promise<void> {
    const { channel, edgeUrl, latencyMs, uploadKbps, deviceId } = this.#attributes;
    if (channel === undefined) {
      return this.#refuse('no-channel', 'the player has no channel');
    }
    if (!globalThis.isSecureContext) return this.#refuse('insecure-context', 'not a secure context');
    if (!('MediaSource' in globalThis) && !('ManagedMediaSource' in globalThis)) {
      return this.#refuse('no-media-source', 'no Media Source Extensions');
    }
    this.#store.set({ phase: 'joining', reason: undefined });
    const around = framedBy(edgeUrl);
    const framed = around !== undefined && { framedBy: around };
    // While it comes the viewer joins, and asks for the first media.
    const playing = import('./source/source.ts');
    playing.catch(() => {});
    try {
      const [{ viewer, thread }, keys] = await Promise.all([
        viewerFor({
          edgeUrl,
          channel,
          p2p: this.#store.state.p2pChoice,
          ...(this.#token !== undefined && { token: this.#token }),
          ...(uploadKbps !== undefined && { uploadKbps }),
          ...(deviceId !== undefined && { deviceId }),
          ...framed,
        }, this.#attributes.mesh),
        import('./keys/visit-keys.ts'),
      ]);
      if (this.#stopped) return viewer.stop();
      this.#thread = thread;
      this.#viewer = viewer;
      const { ring, stop } = keys.visitKeys({
        ...framed,
        viewer,
        edgeUrl,
        channel,
        token: () => this.#token,
      });
      this.#undo.push(stop);
      this.#ring = ring;
      ring.on('refused', (reason) => {
        viewer.stop();
        this.#onState('refused', reason);
      });
      this.#undo.push(viewer.on('state', ({ state, reason }) => this.#onState(state, reason)));
      this.#onState(viewer.state, viewer.reason);
      // What was chosen while the parts came.
      viewer.setP2p(this.#store.state.p2pChoice);
      viewer.setToken(this.#token);
      this.#undo.push(
        watchGiving(thread, (gives) => viewer.setGiving(gives)),
        watchLeaving(globalThis, () => viewer.leave ? viewer.leave() : viewer.stop()),
        this.#watchThaw(),
      );
      const { Source } = await playing;
      if (this.#stopped) return;
      if (!Source.isSupported()) {
        viewer.stop();
        return this.#refuse('no-media-source', 'no Media Source Extensions with H.264');
      }
      const { decryption } = this.#attributes;
      this.#source = new Source(this.#video, viewer, { ring, decryption });
      this.#source.setLatencyTarget(latencyMs);
      // Before what listens here: a broadcast is the source's first, then its rendition is chosen.
      const begun = this.#source.start();
      this.#listen(viewer, this.#source);
      if (viewer.broadcast) this.#onBroadcast(viewer, viewer.broadcast);
      await begun;
    } catch (error) {
      if (!this.#stopped) {
        this.#viewer?.stop();
        this.#lastTrouble = String(error);
        this.#refuse('player-failed', String(error));
      }
    }
  }

  /** Leaves the channel and frees the element. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#hiccup);
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.#first.stop();
    this.#viewer?.stop();
    await this.#source?.stop();
  }

  jumpToLive(): void {
    this.#stalls.excuse(SEEK_EXCUSE_MS);
    this.#source?.jumpToLive();
    void this.play();
  }

  seek(timeS: number): void {
    this.#stalls.excuse(SEEK_EXCUSE_MS);
    this.#source?.seek(timeS);
  }

  setP2p(policy: P2pPolicy): void {
    this.#store.set({ p2pChoice: policy });
    this.#viewer?.setP2p(policy);
  }

  /** Another token, for the joins to come. */
  setToken(token: string | undefined): void {
    this.#token = token;
    this.#viewer?.setToken(token);
    this.#ring?.retry();
  }

  /** `auto`, or a rendition by its name; an unknown one is as good as `auto`. */
  setQuality(name: string): void {
    const { qualities } = this.#store.state;
    const wanted = qualities.find((quality) => quality.name === name);
    this.#store.set({ qualityChoice: wanted?.name ?? 'auto' });
    this.#choice = undefined;
    if (wanted) return this.#play(wanted.track);
    if (qualities.length < 2) return;
    const at = this.#store.state.started
      ? Math.max(0, qualities.findIndex((each) => each.name === this.#store.state.quality))
      : startAt(qualities, lineKbps());
    this.#choice = new QualityChoice(qualities, at);
    this.#choice.limit(this.#viewer?.mostTrack ?? null);
    this.#play(this.#choice.now.track);
  }

  /**
   * Takes and plays this rendition: links to peers stay, what is taken over them changes.
   *
   * @param frees The line has no room for the one that is played.
   */
  #play(track: number, frees = false): void {
    const { viewer, source } = { viewer: this.#viewer, source: this.#source };
    const quality = this.#store.state.qualities.find((each) => each.track === track);
    if (!viewer || !source || !quality || quality.name === this.#store.state.quality) return;
    this.#store.set({ quality: quality.name });
    source.selectVideo(track, (tracks) => viewer.setTracks(tracks), frees);
  }

  /** Plays; where the browser wants a gesture for sound, plays muted and says so. */
  async play(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      if ((error as DOMException).name !== 'NotAllowedError' || this.#video.muted) return;
      this.#video.muted = true;
      this.#store.set({ soundRefused: true });
      await this.#video.play().catch(() => {});
    }
  }

  #watchThaw(): () => void {
    return watchThaw({
      page: document,
      isPlaying: () => !this.#video.paused,
      isFollowing: () => this.#source?.following ?? false,
      play: () => this.play(),
      jumpToLive: () => {
        this.#thawingUntilMs = performance.now() + THAWING_MS;
        this.#stalls.excuse(SEEK_EXCUSE_MS);
        this.#source?.jumpToLive();
      },
    });
  }

  #listen(viewer: PlayerViewer, source: Source): void {
    this.#undo.push(
      viewer.on('broadcast', (broadcast) => this.#onBroadcast(viewer, broadcast)),
      // Who chose one by hand keeps it.
      viewer.on('relief', ({ track }) => {
        this.#choice?.limit(track);
        this.#store.set({ heldTo: heldTo(this.#store.state.qualities, track) });
      }),
      source.on('loaded', () => {
        if (this.#attributes.autoplay || !this.#store.state.paused || this.#wantsPlay) void this.play();
      }),
      viewer.on('piece', () => this.#hasNews = true),
      source.on('figures', (figures) => this.#onFigures(figures)),
      source.on('trouble', ({ code, message }) => {
        this.#lastTrouble = `${code}: ${message}`;
        this.#video.dispatchEvent(new CustomEvent('shoal-trouble', { detail: { code, message } }));
      }),
    );
    const on = (name: keyof HTMLMediaElementEventMap, listener: () => void) => {
      this.#video.addEventListener(name, listener);
      this.#undo.push(() => this.#video.removeEventListener(name, listener));
    };
    on('waiting', () => this.#onWaiting());
    on('playing', () => this.#onPlaying());
    on('pause', () => this.#onPlaying());
    for (const name of ['play', 'pause'] as const) on(name, () => this.#tellPlayhead());
    on('seeking', () => {
      this.#stalls.excuse(SEEK_EXCUSE_MS);
      this.#tellPlayhead();
    });
    const figures = setInterval(() => this.#tellFigures(), STATS_EVERY_MS);
    this.#undo.push(() => clearInterval(figures));
  }

  #onBroadcast(viewer: PlayerViewer, broadcast: Broadcast): void {
    this.#stalls.reset();
    this.#first.arm();
    const audioOnly = broadcast.tracks.every((track) => track.kind === 'audio');
    const qualities = qualitiesOf(broadcast.tracks);
    const first = broadcast.tracks.find((track) => track.kind === 'video')?.track;
    const quality = qualities.find(({ track }) => track === first)?.name ?? '';
    this.#store.set({
      ...{ started: false, audioOnly, title: viewer.title, p2p: viewer.p2p },
      ...{ qualities, quality, heldTo: heldTo(qualities, viewer.mostTrack) },
    });
    this.setQuality(this.#store.state.qualityChoice);
  }

  /** Somebody pressed play before there was anything to play. */
  #wantsPlay = false;

  /** Play as a person means it: also before the broadcast is there. */
  wish(playing: boolean): void {
    this.#wantsPlay = playing;
    if (playing) void this.play();
    else this.#video.pause();
  }

  #onState(phase: ViewerState, reason: PlayerState['reason']): void {
    const viewer = this.#viewer!;
    if (!WATCHING.includes(phase)) {
      this.#stalls.reset();
      this.#store.set({ started: false, waiting: false });
    }
    this.#store.set({ phase, reason, title: viewer.title || this.#store.state.title, p2p: viewer.p2p });
  }

  #onWaiting(): void {
    this.#store.set({ waiting: true });
    // While the encoder or the edge is away there is nothing to wait for: its own state tells of it.
    if (this.#viewer?.state !== 'live' || this.#video.seeking) return;
    if (bufferedAheadMs(this.#video) < HICCUP_BUFFER_MS) return this.#stalls.waiting();
    // With media at hand it is the decoder's or the audio renderer's own hiccup, unless it lasts.
    clearTimeout(this.#hiccup);
    this.#hiccup = setTimeout(() => this.#stalls.waiting(), HICCUP_MS);
  }

  #onPlaying(): void {
    clearTimeout(this.#hiccup);
    this.#stalls.resumed();
    this.#store.set({ waiting: false });
  }

  #pictured(): void {
    this.#viewer?.pictured?.();
    this.#tellPlayhead();
    this.#stalls.started();
    this.#store.set({ started: true, waiting: false });
  }

  #onFigures(figures: SourceFigures): void {
    this.#figures = figures;
    if (this.#hasNews || performance.now() - this.#playheadAtMs >= PLAYHEAD_EVERY_MS) this.#tellPlayhead();
    const lateMs = figures.latencyMs - figures.targetMs;
    const isThawing = figures.following && performance.now() < this.#thawingUntilMs;
    if (isThawing && lateMs > FAR_BEHIND_MS && figures.bufferMs > lateMs) this.#source?.jumpToLive();
    this.#store.set({
      following: figures.following,
      positionS: this.#video.currentTime,
      seekableStartS: figures.seekable.startS,
      seekableEndS: figures.seekable.endS,
      rate: figures.rate,
      targetMs: figures.targetMs,
    });
  }

  #tellFigures(): void {
    const stats = statsOf(this.#viewer, this.#figures, this.#stalls, this.#first.startupMs);
    this.#viewer?.setPlayback({
      stalls: stats.stalls,
      stallMs: this.#stalls.stalledMs,
      latencyMs: stats.latencySeconds * 1000,
      bufferMs: stats.bufferSeconds * 1000,
      ...(this.#store.state.reason === NO_PLACE && { waits: 1 }),
      ...(stats.startupMs > 0 && { startupMs: stats.startupMs }),
    });
    const details = this.#viewer && this.#store.state.overlay
      ? detailsOf(this.#viewer, this.#video, this.#lastTrouble, this.#thread)
      : undefined;
    this.#store.set({ stats, details, captions: captionsOf(this.#video) });
    this.#sayWhyItWaits();
    this.#chooseQuality(stats);
  }

  /** `live` has a reason while the picture waits for want of upload, and no other one. */
  #sayWhyItWaits(): void {
    const { phase, started, waiting, paused } = this.#store.state;
    if (!this.#viewer || phase !== 'live') return;
    const wantsPlay = !paused || (!started && (this.#attributes.autoplay || this.#wantsPlay));
    const waits = wantsPlay && !document.hidden && (waiting || !started);
    const isShort = this.#supplyWait.look(waits, this.#viewer.stats(), performance.now());
    this.#store.set({ reason: isShort ? NO_PLACE : undefined });
  }

  /** Once a second, where there is a choice and nobody made it. */
  #chooseQuality(stats: PlayerState['stats']): void {
    const nowMs = performance.now();
    const pictured = this.#store.state.started ||
      this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    // A hidden page may be shown no picture, whatever comes.
    const isWatched = pictured ? this.#store.state.started : !document.hidden;
    const isDue = nowMs - this.#lookedAtMs >= 1000;
    if (!this.#choice || this.#viewer?.state !== 'live' || !isWatched || !isDue) return;
    this.#lookedAtMs = nowMs;
    const shown = document.hidden ? 0 : this.#video.clientHeight * devicePixelRatio;
    const quality = this.#video.getVideoPlaybackQuality?.();
    const next = this.#choice.next({
      nowMs,
      receivedBytes: stats.peerBytes + stats.edgeBytes,
      stalls: stats.stalls,
      droppedFrames: quality?.droppedVideoFrames ?? 0,
      frames: quality?.totalVideoFrames ?? 0,
      lagP95Ms: this.#viewer.stats().lagNowMs,
      targetMs: this.#figures?.targetMs ?? 0,
      bufferMs: stats.bufferSeconds * 1000,
      shownHeight: shown,
      pictured,
    });
    this.#play(next.track, this.#choice.isFull);
  }

  /** The numbers of this moment. */
  stats(): PlayerState['stats'] {
    return statsOf(this.#viewer, this.#figures, this.#stalls, this.#first.startupMs);
  }

  #tellPlayhead(): void {
    if (!this.#viewer || this.#video.readyState === 0) return;
    this.#hasNews = false;
    this.#playheadAtMs = performance.now();
    const decodeTimeUs = Math.round(this.#video.currentTime * 1e6);
    this.#viewer.setPlayhead({
      decodeTimeUs,
      bufferedUntilUs: decodeTimeUs + Math.round(bufferedAheadMs(this.#video) * 1000),
      playing: !this.#video.paused,
    });
  }

  #refuse(code: string, message: string): void {
    this.#store.set({ phase: 'unsupported', reason: { code, message }, started: false });
  }
}

/** What the browser takes its line for, kbps; Chromium only. */
function lineKbps(): number | undefined {
  const { connection } = navigator as { connection?: { downlink?: number } };
  return connection?.downlink === undefined ? undefined : connection.downlink * 1000;
}
