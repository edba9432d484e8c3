/**
 * Shaka's manifest of a live torrent: no text is parsed, the timelines are handed over as segment indices and grow.
 *
 * The shape of `Manifest` and `Stream` is outside Shaka's semantic versioning: the version is pinned.
 */
import type { Track } from '../../../protocol/broadcast.ts';
import { keyAddress } from './key-scheme.ts';
import { type Load, resolveAddress, unitAddress } from './loads.ts';
import { CLEAR_KEY } from './protection.ts';
import {
  type InitSegmentReference,
  type Manifest,
  type ManifestParser,
  type PresentationTimeline,
  type SegmentReference,
  shaka,
  type Stream,
  type Variant,
} from './shaka.ts';
import type { TrackTimeline, Unit } from './track-timeline.ts';

export const MIME = 'application/x-shoal';
/** Seconds. Told to Shaka as the longest segment, so that a long GOP never keeps audio from loading ahead of it. */
const LONGEST_UNIT_S = 60;
/**
 * Seconds that the live edge Shaka is told of lies ahead of what has come. Below a second of it Shaka tells the browser
 * of no range to seek in, so that in the first second of a broadcast its seek to the start is dropped without an event;
 * Chromium plays from zero all the same, Shaka waits for that event for ever, takes the start for the playhead, and
 * stops loading when it has its buffering goal of media behind it.
 */
const EDGE_AHEAD_S = 2;
/** Seconds; the source watches the window itself and jumps, Shaka shall not. */
const AVAILABILITY_S = 3600;

let registered = false;

/** Registers the parser, once a page. */
export function registerManifestParser(): void {
  if (registered) return;
  registered = true;
  shaka.media.ManifestParser.registerParserByMime(MIME, () => new ShoalManifestParser());
}

class ShoalManifestParser implements ManifestParser {
  #load: Load | undefined;
  #streams: LiveStream[] = [];

  configure(): void {}

  start(address: string): Promise<Manifest> {
    const load = resolveAddress(address)?.load;
    if (!load) return Promise.reject(new Error(`${address} is not loaded`));
    this.#load = load;
    const timeline = liveTimeline(load.feed.newestUs);
    this.#streams = load.tracks.map(({ track, timeline }) => new LiveStream(load, track, timeline));
    load.refresh = () => this.update();
    this.update();
    return Promise.resolve(manifest(timeline, this.#streams, load.protection?.by === 'eme'));
  }

  update(): void {
    for (const stream of this.#streams) stream.update();
  }

  stop(): Promise<void> {
    if (this.#load) this.#load.refresh = () => {};
    this.#streams = [];
    return Promise.resolve();
  }

  onExpirationUpdated(): void {}
  onInitialVariantChosen(): void {}
  banLocation(): void {}
  setMediaElement(): void {}
}

/** A live edge that starts at what has come and goes with the clock; the origin's own clock plays no part. */
function liveTimeline(newestUs: number): PresentationTimeline {
  // The edge is now - longest segment - start.
  const startS = Date.now() / 1000 - newestUs / 1e6 - LONGEST_UNIT_S - EDGE_AHEAD_S;
  const timeline = new shaka.media.PresentationTimeline(startS, 0, false, LONGEST_UNIT_S);
  timeline.setStatic(false);
  timeline.setSegmentAvailabilityDuration(AVAILABILITY_S);
  timeline.notifyMinSegmentStartTime(0);
  return timeline;
}

/** One track: Shaka's stream and the index that follows the timeline. */
class LiveStream {
  readonly stream: Stream;
  readonly #index = new shaka.media.SegmentIndex([]);
  #inits = new Map<number, InitSegmentReference>();
  /** What stands in the index, by first segment: its end. */
  #told = new Map<number, number>();

  constructor(
    private readonly load: Load,
    private readonly track: Track,
    private readonly timeline: TrackTimeline,
  ) {
    this.stream = streamOf(load, track, this.#index);
  }

  /** Tells the index what is new, from the first unit that differs on. */
  update(): void {
    const { units } = this.timeline;
    const first = units.findIndex((unit) => this.#told.get(unit.segments[0]!) !== unit.endUs);
    if (units.length === 0) return;
    if (first !== -1) {
      const news = units.slice(first);
      this.#index.mergeAndEvict(news.map((unit) => this.#reference(unit)), units[0]!.startUs / 1e6);
      for (const unit of news) this.#told.set(unit.segments[0]!, unit.endUs);
    }
    for (const segment of this.#told.keys()) {
      if (!units.some((unit) => unit.segments[0] === segment)) this.#told.delete(segment);
    }
  }

  #reference(unit: Unit): SegmentReference {
    const address = unitAddress(this.load, this.track.track, unit.segments[0]!);
    const init = this.#init(unit.initSegment);
    const { startUs, endUs } = unit;
    const reference = new shaka.media.SegmentReference(
      startUs / 1e6,
      Math.max(endUs, startUs + 1000) / 1e6,
      () => [address],
      0,
      // The scheme reads no ranges; see below.
      Number.MAX_SAFE_INTEGER,
      init,
      0,
      0,
      Infinity,
    );
    // Shaka prefetches segments of live streams whatever the limit says, and holds back what a prefetch has got until
    // more of it comes, which for the last unit may be never. Preloaded parts of a range are the ones it leaves alone.
    reference.markAsPreload();
    return reference;
  }

  #init(segment: number): InitSegmentReference {
    let init = this.#inits.get(segment);
    if (!init) {
      const told = this.load.feed.init(this.track.track, segment)!;
      const bytes = this.load.decryption?.init(this.track.track, segment, told) ?? told;
      const address = unitAddress(this.load, this.track.track, segment);
      // The address tells init segments apart; the bytes are here already.
      init = new shaka.media.InitSegmentReference(
        () => [`${address}/init`],
        0,
        null,
        null,
        this.track.timescale,
        bytes.slice(),
      );
      this.#inits.set(segment, init);
    }
    return init;
  }
}

/** EME ClearKey. Without init data of ours each init segment raises `encrypted` with its own, and so its key. */
function drmInfos(load: Load): Stream['drmInfos'] {
  const { protection } = load;
  if (protection?.by !== 'eme') return [];
  return [{
    keySystem: CLEAR_KEY,
    encryptionScheme: protection.scheme,
    licenseServerUri: keyAddress(load),
    distinctiveIdentifierRequired: false,
    persistentStateRequired: false,
    audioRobustness: '',
    videoRobustness: '',
    serverCertificate: null,
    serverCertificateUri: '',
    sessionType: 'temporary',
    initData: [],
    keyIds: new Set(),
  }];
}

function streamOf(load: Load, track: Track, index: InstanceType<typeof shaka.media.SegmentIndex>): Stream {
  const mimeType = `${track.kind}/mp4`;
  return {
    id: track.track,
    originalId: String(track.track),
    groupId: null,
    createSegmentIndex: () => Promise.resolve(),
    segmentIndex: index,
    mimeType,
    codecs: track.codec,
    supplementalCodecs: '',
    encrypted: load.protection?.by === 'eme',
    drmInfos: drmInfos(load),
    keyIds: new Set(),
    language: 'und',
    originalLanguage: null,
    label: null,
    type: track.kind,
    primary: true,
    trickModeVideo: null,
    dependencyStream: null,
    emsgSchemeIdUris: null,
    frameRate: track.frameRate,
    width: track.width,
    height: track.height,
    bandwidth: track.bitrateKbps * 1000,
    roles: [],
    forced: false,
    channelsCount: track.channels ?? null,
    audioSamplingRate: track.sampleRate ?? null,
    spatialAudio: false,
    closedCaptions: null,
    accessibilityPurpose: null,
    external: false,
    fastSwitching: false,
    fullMimeTypes: new Set([`${mimeType}; codecs="${track.codec}"`]),
    isAudioMuxedInVideo: false,
    baseOriginalId: null,
    isIframe: false,
  };
}

/**
 * What Shaka would ask the browser for: its answer comes from another process, which looks its statistics up first, and
 * nothing here hangs on more than whether the codecs are known. How keys are had, only the browser can say.
 */
function decodingInfo(streams: LiveStream[]): MediaCapabilitiesDecodingInfo {
  const scope = globalThis as Partial<Record<'MediaSource' | 'ManagedMediaSource', typeof MediaSource>>;
  const kind = scope.MediaSource ?? scope.ManagedMediaSource;
  const supported = streams.every(({ stream }) =>
    [...stream.fullMimeTypes].every((mime) => kind?.isTypeSupported(mime))
  );
  return { supported, smooth: supported, powerEfficient: supported, keySystemAccess: null };
}

function manifest(
  presentationTimeline: PresentationTimeline,
  streams: LiveStream[],
  isEncrypted: boolean,
): Manifest {
  const video = streams.find(({ stream }) => stream.type === 'video')?.stream ?? null;
  const audio = streams.find(({ stream }) => stream.type === 'audio')?.stream ?? null;
  const variant: Variant = {
    id: 0,
    language: 'und',
    disabledUntilTime: 0,
    primary: true,
    audio,
    video,
    bandwidth: (video?.bandwidth ?? 0) + (audio?.bandwidth ?? 0),
    allowedByApplication: true,
    allowedByKeySystem: true,
    decodingInfos: isEncrypted ? [] : [decodingInfo(streams)],
  };
  return {
    presentationTimeline,
    variants: [variant],
    textStreams: [],
    imageStreams: [],
    chapterStreams: [],
    offlineSessionIds: [],
    sequenceMode: false,
    ignoreManifestTimestampsInSegmentsMode: false,
    type: 'SHOAL',
    serviceDescription: null,
    nextUrl: null,
    periodCount: 1,
    gapCount: 0,
    isLowLatency: true,
    startTime: null,
  };
}
