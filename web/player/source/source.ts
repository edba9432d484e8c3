/**
 * The source: plays a feed of verified pieces in a video element.
 *
 * The only folder that knows Shaka. It waits until enough has come, loads the broadcast near the latency target, holds
 * the latency by rate, jumps to live when playback has fallen out of the window, and loads anew when anything in the
 * media stack fails: a player is never left dead.
 */
import type { Broadcast, Track } from '../../../protocol/broadcast.ts';
import { fullJitterMs } from '../../peer/backoff.ts';
import { Emitter } from '../../peer/emitter.ts';
import { Silence } from '../../peer/silence.ts';
import { bufferedAheadMs } from './buffered.ts';
import { Comfort } from './comfort.ts';
import { EmbeddedCaptions } from './embedded-captions.ts';
import type { Feed } from './feed.ts';
import { holdFirstSeek, seeksTooEarly } from './first-seek.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import { registerKeyScheme } from './key-scheme.ts';
import { LiveClock } from './live-clock.ts';
import { closeLoad, type Load, manifestAddress, openLoad } from './loads.ts';
import { MIME, registerManifestParser } from './manifest.ts';
import { type Decryption, PageDecryption, type Protection, protectionOf } from './protection.ts';
import { RateControl } from './rate-control.ts';
import { registerScheme } from './scheme.ts';
import { type Player, shaka, type ShakaError } from './shaka.ts';
import { startPoint } from './start-point.ts';
import { TrackTimeline } from './track-timeline.ts';
import { Watchdog } from './watchdog.ts';

const TICK_MS = 200;
/** A track of which nothing comes is left out after this long, so that the others play. */
const SILENT_TRACK_MS = 3000;
/** What a seek to live keeps between the playhead and the end of what is here, microseconds. */
const LIVE_MARGIN_US = 200_000;
/** Further behind than this after a pause, playback stays behind until the viewer asks for live. */
const LEFT_BEHIND_MS = 3000;
/** A switch of rendition may cost this much of the picture, microseconds. */
const SWITCH_SLACK_US = 300_000;

export interface SourceEvents {
  /** The broadcast is loaded: `play()` has something to play. */
  loaded: Broadcast;
  /** Shaka or the browser failed; the source loads anew by itself. */
  trouble: { code: string; message: string };
  /** A few times a second while loaded. */
  figures: SourceFigures;
}

export interface SourceFigures {
  latencyMs: number;
  targetMs: number;
  bufferMs: number;
  rate: number;
  /** Playback holds to the live edge; false after the viewer went back in time. */
  following: boolean;
  /** What can be sought to, seconds of the element's time. */
  seekable: { startS: number; endS: number };
}

/** A rendition that is waited for. */
interface Next {
  each: Load['tracks'][number];
  take: (tracks: number[]) => void;
  frees: boolean;
}

export interface SourceKeys {
  /** Where keys of protected broadcasts come from. */
  ring: KeyRing;
  decryption: Decryption;
}

export class Source extends Emitter<SourceEvents> {
  readonly #video: HTMLVideoElement;
  readonly #feed: Feed;
  readonly #keys: SourceKeys | undefined;
  /** Null: not known yet how the broadcast is opened. */
  #protection: Protection | undefined | null = null;
  #usesPage = false;
  #player: Player | undefined;
  /** The player has the element. */
  #attached = false;
  #letSeek = () => {};
  #load: Load | undefined;
  #timelines: Load['tracks'] = [];
  #clock = new LiveClock(0);
  #rate = new RateControl();
  #comfort = new Comfort();
  #watchdog = new Watchdog();
  #silence = new Silence();
  /** Tracks of which nothing comes any more. */
  #silent: ReadonlySet<number> = new Set();
  #failures = 0;
  #following = true;
  #firstPieceAt: number | undefined;
  #notBefore = 0;
  #loading = false;
  #updateQueued = false;
  #stopped = true;
  #timer: ReturnType<typeof setInterval> | undefined;
  #targetMs: number | undefined;
  #unlisten: (() => void)[] = [];
  /** The rendition that is played, the first where nobody chose, and the one that is waited for. */
  #rendition: number | undefined;
  #next: Next | undefined;

  /** `keys`: without them a protected broadcast is not played. */
  constructor(video: HTMLVideoElement, feed: Feed, keys?: SourceKeys) {
    super();
    this.#video = video;
    this.#feed = feed;
    this.#keys = keys;
  }

  /** Whether this browser has what the source needs (Media Source Extensions with the codec of every TV). */
  static isSupported(): boolean {
    // iPhones have the managed kind only.
    const scope = globalThis as Partial<Record<'MediaSource' | 'ManagedMediaSource', typeof MediaSource>>;
    const kind = scope.MediaSource ?? scope.ManagedMediaSource;
    return kind?.isTypeSupported('video/mp4; codecs="avc1.42E01E"') === true &&
      shaka.Player.isBrowserSupported();
  }

  async start(): Promise<void> {
    this.#stopped = false;
    registerScheme();
    registerKeyScheme();
    registerManifestParser();
    shaka.polyfill.installAll();
    this.#unlisten.push(
      this.#feed.on('broadcast', () => {
        this.#rendition = this.#next = undefined;
        void this.#reload();
      }),
      this.#feed.on('piece', () => this.#queueUpdate()),
    );
    const onError = () => this.#video.error && this.#fail('media', this.#video.error.message);
    this.#video.addEventListener('error', onError);
    const onPlay = () => this.#resumed();
    this.#video.addEventListener('play', onPlay);
    this.#unlisten.push(() => {
      this.#video.removeEventListener('error', onError);
      this.#video.removeEventListener('play', onPlay);
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    await this.#openPlayer();
    // A broadcast that began meanwhile is looked at already.
    if (this.#timelines.length === 0) await this.#reload();
    else this.#queueUpdate();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const off of this.#unlisten) off();
    this.#unlisten = [];
    this.#letSeek();
    if (this.#load) closeLoad(this.#load);
    this.#load = undefined;
    const player = this.#player;
    this.#player = undefined;
    await player?.destroy();
  }

  /** Overrides the channel's latency target; undefined gives it back. */
  setLatencyTarget(ms: number | undefined): void {
    this.#targetMs = ms;
  }

  get following(): boolean {
    return this.#following;
  }

  /** Goes to the live edge, less the latency target, and holds it. */
  jumpToLive(): void {
    this.#following = true;
    const to = this.#livePointUs();
    if (to !== undefined) this.#video.currentTime = to / 1e6;
  }

  /** Goes back (or forth) within the window. Near the live edge playback follows it again. */
  seek(timeS: number): void {
    const live = this.#livePointUs();
    if (live === undefined) return;
    if (timeS * 1e6 >= live - 500_000) return this.jumpToLive();
    this.#following = false;
    this.#video.playbackRate = 1;
    this.#video.currentTime = Math.max(timeS, this.#seekable().startS);
  }

  /**
   * Plays another rendition as soon as enough of it is here. `take` is told which tracks to take: old and new until
   * then, so that the picture goes on meanwhile.
   *
   * @param frees The line cannot carry the old one: the new one is taken alone, and shown from where it comes.
   */
  selectVideo(track: number, take: (tracks: number[]) => void, frees = false): void {
    const { broadcast } = this.#feed;
    const found = broadcast?.tracks.find((each) => each.track === track && each.kind === 'video');
    if (!broadcast || !found) return;
    const playing = pickTracks(broadcast, this.#rendition).map((each) => each.track);
    this.#next = undefined;
    if (playing.includes(track)) return take(playing);
    this.#next = { each: this.#timelineOf(found), take, frees };
    if (!this.#load) return void this.#reload();
    take(frees ? pickTracks(broadcast, track).map((each) => each.track) : [...playing, track]);
  }

  /** The awaited rendition has come as far as the picture: on with it. */
  #switch(): void {
    const { broadcast } = this.#feed;
    if (!this.#next || !broadcast) return;
    const { each, frees } = this.#next;
    const sound = this.#timelines.filter(({ track }) => track.kind === 'audio');
    const wantedUs = this.#clock.decodeTimeUs(this.#target(), this.#feed.serverNowMs());
    const startUs = startPoint([each, ...sound].map((one) => this.#offer(one)), wantedUs);
    if (startUs === undefined) return;
    // Earlier than the picture it would be shown again, much later it would jump.
    const latestUs = Math.max(wantedUs, this.#video.currentTime * 1e6) + SWITCH_SLACK_US;
    if (startUs <= latestUs || frees) void this.#reload();
  }

  #timelineOf(track: Track): Load['tracks'][number] {
    const feed = this.#feed;
    return {
      track,
      timeline: new TrackTimeline(
        track.track,
        () => feed.segments(track.track),
        (init) => feed.init(track.track, init) !== undefined,
      ),
    };
  }

  async #openPlayer(): Promise<void> {
    const player = new shaka.Player();
    this.#player = player;
    this.#attached = false;
    player.configure({
      manifest: { disableText: true, disableThumbnails: true },
      abr: { enabled: false },
      // Nothing to choose from: by default it asks what colours the screen has, and the browser lays the page out to say.
      preferredVideo: [],
      // By <source> elements it chooses a resource twice.
      mediaSource: { useSourceElements: false },
      streaming: {
        lowLatencyMode: true,
        // The browser waits by itself; Shaka shall not stop the clock.
        rebufferingGoal: 0,
        bufferingGoal: 30,
        bufferBehind: 30,
        segmentPrefetchLimit: 0,
        inaccurateManifestTolerance: 0,
        updateIntervalSeconds: 0.1,
        gapDetectionThreshold: 0.2,
        gapJumpTimerTime: 0.25,
        safeSeekOffset: 0,
        maxDisabledTime: 0,
        loadTimeout: 0,
        retryParameters: { maxAttempts: 1, timeout: 0, stallTimeout: 0, connectionTimeout: 0 },
      },
    });
    player.addEventListener('error', (event) => {
      const error = (event as Event & { detail: ShakaError }).detail;
      this.#fail(`shaka-${error.code}`, error.message);
    });
    await player.attach(this.#video);
    this.#attached = this.#player === player;
  }

  /** Forgets what was loaded; what has come since is loaded as soon as it suffices. */
  async #reload(): Promise<void> {
    const { broadcast } = this.#feed;
    this.#letSeek();
    if (this.#load) {
      closeLoad(this.#load);
      this.#load = undefined;
      this.#notBefore = Infinity;
      await this.#player?.unload(true).catch(() => this.#replacePlayer());
      this.#notBefore = 0;
    }
    if (this.#stopped || !broadcast) return;
    if (this.#next) {
      const { each, take } = this.#next;
      this.#next = undefined;
      this.#rendition = each.track.track;
      take(pickTracks(broadcast, this.#rendition).map(({ track }) => track));
    }
    this.#protect(broadcast);
    this.#clock = new LiveClock(broadcast.epochMs);
    this.#firstPieceAt = undefined;
    this.#following = true;
    this.#timelines = pickTracks(broadcast, this.#rendition).map((track) => this.#timelineOf(track));
    this.#update();
  }

  /** Finds out how the broadcast is opened; until then it is not loaded. */
  #protect(broadcast: Broadcast): void {
    this.#protection = broadcast.drm ? null : undefined;
    if (!broadcast.drm) return;
    const decryption = this.#usesPage ? 'page' : this.#keys?.decryption ?? 'auto';
    protectionOf(broadcast, this.#keys?.ring, decryption).then((protection) => {
      if (this.#stopped || this.#feed.broadcast?.id !== broadcast.id) return;
      this.#protection = protection;
      this.#queueUpdate();
    }, (error) => this.emit('trouble', { code: 'no-keys', message: String(error) }));
  }

  async #replacePlayer(): Promise<void> {
    await this.#player?.destroy().catch(() => {});
    if (!this.#stopped) await this.#openPlayer();
  }

  /** Many pieces come in one turn: one look at the timelines is enough. */
  #queueUpdate(): void {
    if (this.#updateQueued) return;
    this.#updateQueued = true;
    queueMicrotask(() => {
      this.#updateQueued = false;
      if (!this.#stopped) this.#update();
    });
  }

  #update(): void {
    const now = performance.now();
    const changes = this.#timelines.map(({ timeline }) => timeline.update(now));
    this.#next?.each.timeline.update(now);
    if (this.#feed.newestUs > 0) {
      this.#firstPieceAt ??= now;
      this.#clock.observe(this.#feed.newestUs, this.#feed.serverNowMs());
    }
    if (!this.#load) void this.#tryLoad(now);
    else if (changes.includes(true)) this.#load.refresh();
  }

  async #tryLoad(now: number): Promise<void> {
    const { broadcast } = this.#feed;
    const player = this.#player;
    const protection = this.#protection;
    if (this.#loading || now < this.#notBefore || !broadcast || !player || this.#firstPieceAt === undefined) {
      return;
    }
    if (protection === null || !this.#attached) return;
    const patient = now - this.#firstPieceAt < SILENT_TRACK_MS;
    const tracks = this.#timelines.filter((each) =>
      patient && !this.#silent.has(each.track.track) || this.#comes(each)
    );
    const wantedUs = this.#clock.decodeTimeUs(this.#target(), this.#feed.serverNowMs());
    const startUs = startPoint(tracks.map((each) => this.#offer(each)), wantedUs);
    if (startUs === undefined) return;
    this.#loading = true;
    const decryption = protection?.by === 'page' ? new PageDecryption(protection.ring) : undefined;
    const isSeen = tracks[0]?.track.kind === 'video' && protection?.by !== 'eme';
    const captions = isSeen ? new EmbeddedCaptions(this.#video) : undefined;
    const load = openLoad({ feed: this.#feed, broadcast, tracks, protection, decryption, captions });
    this.#load = load;
    if (seeksTooEarly(navigator.userAgent)) this.#letSeek = holdFirstSeek(this.#video, startUs / 1e6);
    try {
      await player.load(manifestAddress(load), startUs / 1e6, MIME);
      if (this.#load === load) this.emit('loaded', broadcast);
    } catch (error) {
      const { code, message } = error as ShakaError;
      if (this.#load === load) this.#fail(`shaka-${code}`, message);
    } finally {
      this.#loading = false;
    }
  }

  /** Whether there is something of a track to play, and more to come. */
  #comes({ track, timeline }: Load['tracks'][number]): boolean {
    return timeline.units.length > 0 && !this.#silent.has(track.track);
  }

  #listen(now: number): void {
    const marks = this.#timelines.map(({ track: { track } }) => {
      const last = this.#feed.segments(track).at(-1);
      return { track, mark: `${last?.segment} ${last?.count}` };
    });
    this.#silent = this.#silence.look(marks, now);
  }

  #offer({ track, timeline }: Load['tracks'][number]) {
    const tail = timeline.units.at(-1)?.segments.at(-1);
    const view = tail === undefined ? undefined : this.#feed.segment(track.track, tail);
    return { kind: track.kind, units: timeline.units, readyUs: view?.endUs ?? 0 };
  }

  #target(): number {
    return (this.#targetMs ?? this.#feed.latencyTargetMs) + this.#comfort.extraMs;
  }

  #tick(): void {
    this.#listen(performance.now());
    this.#update();
    const load = this.#load;
    if (!load || this.#loading || this.#video.readyState === 0) return;
    // Of a track more or less: with what comes the picture, or the sound, goes on.
    const coming = this.#timelines.filter((each) => this.#comes(each)).length;
    if (coming > 0 && load.tracks.length !== coming) return void this.#reload();
    this.#switch();
    const positionUs = this.#video.currentTime * 1e6;
    const serverNowMs = this.#feed.serverNowMs();
    const latencyMs = this.#clock.latencyMs(positionUs, serverNowMs);
    const bufferMs = bufferedAheadMs(this.#video);
    if (!this.#video.paused && !this.#video.seeking) this.#steer(latencyMs, bufferMs);
    const seekable = this.#seekable();
    this.#watch(positionUs, seekable);
    this.emit('figures', {
      latencyMs,
      targetMs: this.#target(),
      bufferMs,
      rate: this.#video.playbackRate,
      following: this.#following,
      seekable,
    });
  }

  #steer(latencyMs: number, bufferMs: number): void {
    if (!this.#following) return;
    this.#comfort.look(bufferMs, performance.now());
    const advice = this.#rate.next({ latencyMs, targetMs: this.#target(), bufferMs });
    if (advice === 'jump') this.jumpToLive();
    else if (Math.abs(this.#video.playbackRate - advice) > 0.002) this.#video.playbackRate = advice;
  }

  /** Falls out of the window, or stands still though there is something to play: to live; again: load anew. */
  #watch(positionUs: number, seekable: SourceFigures['seekable']): void {
    const verdict = this.#watchdog.look({
      nowMs: performance.now(),
      positionUs,
      paused: this.#video.paused,
      startUs: seekable.startS * 1e6,
      readyUs: seekable.endS * 1e6,
    });
    if (verdict === 'jump') this.jumpToLive();
    if (verdict === 'reload') this.#fail('stuck', 'playback stood still though there was media');
    if (verdict === 'well') this.#failures = 0;
  }

  /** Who paused and comes back is shown what was missed; the LIVE badge leads back. */
  #resumed(): void {
    if (!this.#load || this.#video.readyState === 0) return;
    const latencyMs = this.#clock.latencyMs(this.#video.currentTime * 1e6, this.#feed.serverNowMs());
    if (latencyMs > this.#target() + LEFT_BEHIND_MS) this.#following = false;
  }

  #seekable(): SourceFigures['seekable'] {
    const tracks = this.#load?.tracks ?? [];
    const offers = tracks.map((each) => this.#offer(each)).filter((offer) => offer.units.length > 0);
    if (offers.length === 0) return { startS: 0, endS: 0 };
    return {
      startS: Math.max(...offers.map((offer) => offer.units[0]!.startUs)) / 1e6,
      endS: Math.min(...offers.map((offer) => offer.readyUs)) / 1e6,
    };
  }

  #livePointUs(): number | undefined {
    if (!this.#load) return undefined;
    const { startS, endS } = this.#seekable();
    const wantedUs = this.#clock.decodeTimeUs(this.#target(), this.#feed.serverNowMs());
    return Math.max(startS * 1e6, Math.min(wantedUs, endS * 1e6 - LIVE_MARGIN_US));
  }

  #fail(code: string, message: string): void {
    if (this.#stopped) return;
    this.emit('trouble', { code, message });
    // Errors of Shaka's DRM category: a CDM that says it can and cannot.
    if (/^shaka-6\d{3}$/.test(code) && this.#keys?.decryption === 'auto') this.#usesPage = true;
    const load = this.#load;
    const delayMs = fullJitterMs(Math.random, this.#failures++, 400, 5000);
    void this.#reload().then(() => {
      if (load) this.#notBefore = performance.now() + delayMs;
    });
  }
}

/** A video track, the first unless another one was chosen, and the first audio track, as the viewer takes them. */
function pickTracks(broadcast: Broadcast, rendition: number | undefined): Track[] {
  const video = broadcast.tracks.find(({ track }) => track === rendition) ??
    broadcast.tracks.find((track) => track.kind === 'video');
  const audio = broadcast.tracks.find((track) => track.kind === 'audio');
  return [video, audio].filter((track) => track !== undefined);
}
