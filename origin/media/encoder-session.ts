/**
 * One encoder's session within a broadcast: FLV tags in, samples with cuts out. Video leads: its segments begin at
 * keyframes, and audio waits until video has passed it, so that both are cut at the same moment with the same
 * number. Audio alone is cut at every slot.
 */
import { type FlvTag, UnsupportedMedia } from '../rtmp/seam.ts';
import { parseAacConfig } from './aac.ts';
import { AudioClock } from './audio-clock.ts';
import { type AvcConfig, parseAvcConfig } from './avc.ts';
import { isWholeAccessUnit, parseFlvVideo } from './flv-video.ts';
import { parseFlvAudio } from './flv-audio.ts';
import { IngestMeter } from './ingest-meter.ts';
import { audioInit, VIDEO_TIMESCALE } from './init-segment.ts';
import type { Ladder } from './ladder/ladder.ts';
import type { Packager } from './packager.ts';
import type { Sample } from './sample.ts';
import { SessionClock } from './session-clock.ts';
import { parseMetadata, type StreamMetadata } from './stream-metadata.ts';
import type { TrackFormat } from './track-slot.ts';
import { videoFormat } from './video-format.ts';

/** Audio waits for video no longer than this once video runs. */
const VIDEO_LAG_MS = 500;
/** Video this far behind audio has stopped: audio cuts for itself. */
const VIDEO_GONE_MS = 3000;
/** How long audio waits at the start for video that was announced, and for one that was not. */
const WAIT_FOR_VIDEO_MS = 2000;
const WAIT_FOR_SURPRISE_MS = 700;
const DEFAULT_FRAME_MS = 33;
const MAX_FRAME_MS = 3000;
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** Cuts kept for audio that may come; older ones are of no use to anybody. */
const MAX_CUTS = 64;

interface WaitingAudio {
  sample: Sample;
  timeMs: number;
  jumped: boolean;
}

export class EncoderSession {
  readonly meter = new IngestMeter();
  readonly #packager: Packager;
  readonly #clock: SessionClock;
  readonly #ladder: Ladder | undefined;
  #metadata: StreamMetadata = {};
  #ended = false;

  #videoConfig: AvcConfig | undefined;
  #videoFormat: TrackFormat | undefined;
  #videoFormatIsNew = false;
  #videoOpen = false;
  #videoNewestMs = 0;
  #lastDecodeTime = -1;
  #frameMs = DEFAULT_FRAME_MS;

  #audioFormat: { format: TrackFormat; frameLength: number; clock: AudioClock } | undefined;
  #audioFormatIsNew = false;
  #audioOpen = false;
  #audioAlone = false;
  #audioEndMs = 0;
  #waiting: WaitingAudio[] = [];
  #cuts: { timeMs: number; segment: number; discontinuity: boolean }[] = [];
  /** The next segment of audio that cuts for itself is the first after a break. */
  #breakDue: boolean;

  /** `follows`: the broadcast has media from before this session. */
  constructor(packager: Packager, follows: boolean) {
    this.#packager = packager;
    this.#ladder = packager.startLadder(() => this.#frameMs);
    this.#breakDue = follows;
    this.#clock = new SessionClock({
      elapsedMs: () => packager.elapsedMs(),
      lastEndMs: () => Math.max(packager.endMs, this.#audioEndMs),
    });
  }

  get codecs(): { video?: string; audio?: string } {
    return { video: this.#videoFormat?.codec, audio: this.#audioFormat?.format.codec };
  }

  /** Throws UnsupportedMedia. Media that cannot be used yet, or is malformed, is left out. */
  tag(tag: FlvTag): void {
    if (this.#ended) return;
    if (tag.type === 'data') this.#data(tag.data);
    else if (tag.type === 'video') this.#video(tag);
    else this.#audio(tag);
    this.#packager.considerAnnouncing({
      video: this.#metadata.hasVideo ?? (this.#videoFormat ? true : undefined),
      audio: this.#metadata.hasAudio ?? (this.#audioFormat ? true : undefined),
      renditions: this.#ladder?.isPending ?? false,
    });
    this.#packager.watch();
  }

  /** Cuts what is held; safe to call twice. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    while (this.#waiting.length > 0) this.#release(this.#waiting.shift()!);
    this.#packager.video.finish();
    this.#packager.audio.finish();
    this.#ladder?.end();
    this.#packager.watch();
  }

  #data(values: unknown[] | undefined): void {
    const metadata = parseMetadata(values);
    if (!metadata) return;
    this.#metadata = metadata;
    this.#packager.video.claimedKbps ??= metadata.videoKbps;
    this.#packager.audio.claimedKbps ??= metadata.audioKbps;
    this.#packager.video.frameRate ??= metadata.frameRate;
    if (metadata.frameRate) this.#frameMs = 1000 / metadata.frameRate;
  }

  #video(tag: FlvTag): void {
    const video = parseFlvVideo(tag.body);
    if (video.kind === 'config') {
      const config = parseAvcConfig(video.bytes);
      this.#videoConfig = config;
      this.#videoFormat = videoFormat(config);
      this.#videoFormatIsNew = true;
    }
    if (video.kind !== 'frame' || !this.#videoFormat || !isWholeAccessUnit(video.bytes)) return;
    if (video.bytes.length > MAX_FRAME_BYTES) {
      throw new UnsupportedMedia(
        `a frame must be at most ${MAX_FRAME_BYTES} bytes, got ${video.bytes.length}`,
      );
    }
    const { keyframe } = video;
    if (!keyframe && (!this.#videoOpen || this.#videoFormatIsNew)) return;
    const { timeMs, jumped } = this.#clock.map('video', tag.timestampMs);
    const slot = this.#packager.video;
    const changed = this.#videoFormatIsNew && slot.configure(this.#videoFormat);
    if (changed || !this.#videoOpen) this.#ladder?.configure(this.#videoConfig!);
    this.#videoFormatIsNew = false;
    const step = timeMs - this.#videoNewestMs;
    if (this.#videoOpen && !jumped && step > 0) this.#frameMs = Math.min(step, MAX_FRAME_MS);
    const decodeTime = Math.max(Math.round(timeMs * VIDEO_TIMESCALE / 1000), this.#lastDecodeTime + 1);
    this.#lastDecodeTime = decodeTime;
    const sample: Sample = {
      data: video.bytes,
      decodeTime,
      compositionOffset: video.compositionMs * VIDEO_TIMESCALE / 1000,
      nominalDuration: Math.round(this.#frameMs * VIDEO_TIMESCALE / 1000),
      sync: keyframe,
      gapBefore: jumped || !this.#videoOpen,
    };
    const placedMs = decodeTime * 1000 / VIDEO_TIMESCALE;
    const cuts = !this.#videoOpen || jumped || slot.initDue || slot.isFull(sample.data.length) ||
      (keyframe && this.#packager.isSlotFree(placedMs));
    const cut = cuts ? this.#cutVideo(placedMs, jumped || this.#takeBreak()) : undefined;
    slot.push(sample, cut);
    const { compositionMs, bytes } = video;
    this.#ladder?.frame(
      { decodeMs: placedMs, compositionMs, keyframe, bytes },
      cut && { ...cut, timeMs: placedMs + compositionMs },
    );
    this.#videoOpen = true;
    this.#videoNewestMs = placedMs;
    this.meter.video(sample.data.length, placedMs, keyframe);
    if (changed && this.#packager.broadcast) this.#packager.announce();
    this.#releaseAudio();
  }

  #cutVideo(timeMs: number, discontinuity: boolean): { segment: number; discontinuity: boolean } {
    const cut = { timeMs, segment: this.#packager.takeSegment(timeMs), discontinuity };
    this.#cuts.push(cut);
    if (this.#cuts.length > MAX_CUTS) this.#cuts.shift();
    return cut;
  }

  #takeBreak(): boolean {
    const due = this.#breakDue;
    this.#breakDue = false;
    return due;
  }

  #audio(tag: FlvTag): void {
    const audio = parseFlvAudio(tag.body);
    if (audio.kind === 'config') this.#configureAudio(audio.bytes);
    const state = this.#audioFormat;
    if (audio.kind !== 'frame' || !state || audio.bytes.length > MAX_FRAME_BYTES) return;
    const { timeMs, jumped } = this.#clock.map('audio', tag.timestampMs);
    if (jumped) state.clock.restart();
    const placed = state.clock.place(timeMs);
    if (!placed) return;
    const rate = state.format.timescale;
    const sample: Sample = {
      data: audio.bytes,
      decodeTime: placed.decodeTime,
      compositionOffset: 0,
      nominalDuration: state.frameLength,
      sync: true,
      gapBefore: placed.gapBefore,
    };
    const placedMs = placed.decodeTime * 1000 / rate;
    if (placedMs < this.#packager.audio.endMs - 1 || placed.decodeTime < 0) return;
    this.#audioEndMs = placedMs + state.frameLength * 1000 / rate;
    this.#waiting.push({ sample, timeMs: placedMs, jumped });
    this.meter.audio(sample.data.length, placedMs);
    this.#releaseAudio();
  }

  #configureAudio(bytes: Uint8Array): void {
    const config = parseAacConfig(bytes);
    const { codec, sampleRate, channels, frameLength } = config;
    const format: TrackFormat = {
      init: audioInit(config),
      protectedInit: (protection) => audioInit(config, protection),
      codec,
      timescale: sampleRate,
      sampleRate,
      channels,
    };
    // What waits was made with the old configuration.
    while (this.#waiting.length > 0) this.#release(this.#waiting.shift()!);
    this.#audioFormat = { format, frameLength, clock: new AudioClock(sampleRate, frameLength) };
    this.#audioFormatIsNew = true;
  }

  #releaseAudio(): void {
    while (this.#waiting.length > 0 && this.#mayRelease(this.#waiting[0]!)) {
      this.#release(this.#waiting.shift()!);
    }
  }

  #mayRelease(oldest: WaitingAudio): boolean {
    const spanMs = this.#waiting.at(-1)!.timeMs - oldest.timeMs;
    if (this.#videoOpen) return oldest.timeMs <= this.#videoNewestMs || Math.abs(spanMs) > VIDEO_LAG_MS;
    if (this.#audioAlone || this.#metadata.hasVideo === false) return true;
    const expected = this.#videoFormat !== undefined || this.#metadata.hasVideo === true;
    this.#audioAlone = Math.abs(spanMs) > (expected ? WAIT_FOR_VIDEO_MS : WAIT_FOR_SURPRISE_MS);
    return this.#audioAlone;
  }

  #release({ sample, timeMs, jumped }: WaitingAudio): void {
    const slot = this.#packager.audio;
    const changed = this.#audioFormatIsNew && slot.configure(this.#audioFormat!.format);
    this.#audioFormatIsNew = false;
    const cut = this.#cutForAudio(sample, timeMs, jumped);
    if (!cut && !this.#audioOpen) return;
    slot.push(sample, cut);
    this.#audioOpen = true;
    if (changed && this.#packager.broadcast) this.#packager.announce();
  }

  /** The segment that begins with this audio frame, if one does. */
  #cutForAudio(
    sample: Sample,
    timeMs: number,
    jumped: boolean,
  ): { segment: number; discontinuity: boolean } | undefined {
    const slot = this.#packager.audio;
    let cut: { segment: number; discontinuity: boolean } | undefined;
    while (this.#cuts[0] && this.#cuts[0].timeMs <= timeMs) {
      const { segment, discontinuity } = this.#cuts.shift()!;
      cut = { segment, discontinuity: discontinuity || (cut?.discontinuity ?? false) };
    }
    if (cut && cut.segment > slot.segment) return cut;
    const videoLeads = this.#videoOpen && timeMs - this.#videoNewestMs < VIDEO_GONE_MS;
    if (videoLeads && !this.#audioOpen && this.#cuts.length > 0) return undefined;
    const alone = !videoLeads && (!this.#audioOpen || jumped || this.#packager.isSlotFree(timeMs));
    const forced = slot.initDue || slot.isFull(sample.data.length) || (videoLeads && !this.#audioOpen);
    if (!alone && !forced) return undefined;
    return { segment: this.#packager.takeSegment(timeMs), discontinuity: jumped || this.#takeBreak() };
  }
}
