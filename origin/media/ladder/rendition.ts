/**
 * One lower rendition: FLV of the transcoder in, samples with cuts out. Its segments begin where the source's do and
 * bear the same numbers, since the transcoder keeps the source's times and keyframes.
 */
import { parseAvcConfig } from '../avc.ts';
import { isWholeAccessUnit, parseFlvVideo } from '../flv-video.ts';
import { VIDEO_TIMESCALE } from '../init-segment.ts';
import type { TrackSlot } from '../track-slot.ts';
import { videoFormat } from '../video-format.ts';
import { FlvReader, type FlvVideoTag } from './flv-stream.ts';

/** A segment of the source. */
export interface SourceCut {
  /** When its first frame is shown, media time in milliseconds. */
  timeMs: number;
  segment: number;
  discontinuity: boolean;
}

/** Times in whole milliseconds may differ from the source's by this much. */
const SLACK_MS = 2;
/** Cuts kept for frames that are under way: more than two minutes of them. */
const MAX_CUTS = 64;
const MAX_FRAME_MS = 3000;

export class Rendition {
  readonly #slot: TrackSlot;
  readonly #takeSegment: (timeMs: number) => number;
  #reader = new FlvReader();
  #cuts: SourceCut[] = [];
  #open = false;
  #lastDecodeTime: number;
  #frameMs: number;

  /** `takeSegment`: for a segment that is full before the source's is. */
  constructor(slot: TrackSlot, frameMs: number, takeSegment: (timeMs: number) => number) {
    this.#slot = slot;
    this.#frameMs = frameMs;
    this.#takeSegment = takeSegment;
    this.#lastDecodeTime = Math.floor(slot.endMs * VIDEO_TIMESCALE / 1000) - 1;
  }

  get hasMedia(): boolean {
    return this.#slot.hasMedia;
  }

  cut(cut: SourceCut): void {
    this.#cuts.push(cut);
    if (this.#cuts.length > MAX_CUTS) this.#cuts.shift();
  }

  /** Throws RangeError or UnsupportedMedia when it is nothing that can be used. */
  take(bytes: Uint8Array): void {
    for (const tag of this.#reader.take(bytes)) this.#tag(tag);
  }

  /** Another transcoder, or none: what is open ends. */
  finish(): void {
    if (this.#open) this.#slot.finish();
    this.#open = false;
    this.#reader = new FlvReader();
  }

  #tag({ timestampMs, body }: FlvVideoTag): void {
    const video = parseFlvVideo(body);
    if (video.kind === 'config') {
      this.#slot.configure(videoFormat(parseAvcConfig(video.bytes)));
      this.#open &&= !this.#slot.initDue;
    }
    if (video.kind !== 'frame' || !isWholeAccessUnit(video.bytes)) return;
    const { keyframe, compositionMs } = video;
    const shownMs = timestampMs + compositionMs;
    const due = this.#dueCut(shownMs);
    if (!this.#open && !(keyframe && due)) return;
    const decodeTime = Math.max(
      Math.round(timestampMs * VIDEO_TIMESCALE / 1000),
      this.#lastDecodeTime + 1,
    );
    const stepMs = (decodeTime - this.#lastDecodeTime) * 1000 / VIDEO_TIMESCALE;
    if (this.#open) this.#frameMs = Math.min(stepMs, MAX_FRAME_MS);
    this.#lastDecodeTime = decodeTime;
    const forced = !due && this.#slot.isFull(video.bytes.length);
    this.#slot.push(
      {
        data: video.bytes,
        decodeTime,
        compositionOffset: compositionMs * VIDEO_TIMESCALE / 1000,
        nominalDuration: Math.round(this.#frameMs * VIDEO_TIMESCALE / 1000),
        sync: keyframe,
        gapBefore: !this.#open || (due?.discontinuity ?? false),
      },
      forced ? { segment: this.#takeSegment(shownMs), discontinuity: false } : due,
    );
    this.#open = true;
  }

  /** The segment that begins with a frame shown at this time, if one does. */
  #dueCut(shownMs: number): { segment: number; discontinuity: boolean } | undefined {
    let due: { segment: number; discontinuity: boolean } | undefined;
    while (this.#cuts[0] && this.#cuts[0].timeMs <= shownMs + SLACK_MS) {
      const { segment, discontinuity } = this.#cuts.shift()!;
      due = { segment, discontinuity: discontinuity || (due?.discontinuity ?? false) };
    }
    return due && due.segment > this.#slot.segment ? due : undefined;
  }
}
