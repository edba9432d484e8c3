/**
 * The lower renditions of one encoder's session: gives the source's frames to a transcoder and takes what comes back
 * into further tracks. A transcoder that fails is started again, later each time; the source never waits for it.
 *
 * It gets the broadcast's media times rather than the encoder's, so that what comes out of it needs no clock.
 */
import type { Rung } from '../../../protocol/ladder.ts';
import type { AvcConfig } from '../avc.ts';
import type { TrackSlot } from '../track-slot.ts';
import { avcTag, flvHeader } from './flv-stream.ts';
import { Rendition, type SourceCut } from './rendition.ts';
import type { StartTranscoder, Transcoder } from './transcoder.ts';

/** A rung and the track it becomes. */
export interface LadderTrack extends Rung {
  slot: TrackSlot;
}

export interface LadderOptions {
  tracks: readonly LadderTrack[];
  start: StartTranscoder;
  /** Wall clock. */
  nowMs: () => number;
  /** See Rendition. */
  takeSegment: (timeMs: number) => number;
  /** Of the source; frames are all taken over. */
  frameMs: () => number;
  /** Media of a rendition was taken. */
  took: () => void;
}

/** A frame of the source. */
export interface SourceFrame {
  /** Media time, milliseconds. */
  decodeMs: number;
  compositionMs: number;
  keyframe: boolean;
  bytes: Uint8Array;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** A transcoder that ran for so long is forgiven what went before. */
const FORGIVE_AFTER_MS = 60_000;
/** How long the first announcement waits for renditions. */
const PENDING_MS = 6000;

interface Run {
  /** Absent while it is being started. */
  transcoder?: Transcoder;
  renditions: Rendition[];
  startedMs: number;
}

export class Ladder {
  readonly #options: LadderOptions;
  #config: AvcConfig | undefined;
  #run: Run | undefined;
  #retryMs = FIRST_RETRY_MS;
  #retryAtMs = -Infinity;
  #firstMs: number | undefined;
  #failed = false;
  #ended = false;

  constructor(options: LadderOptions) {
    this.#options = options;
  }

  /** Whether renditions may be here soon that are not yet. */
  get isPending(): boolean {
    if (this.#firstMs === undefined || this.#failed || this.#ended) return false;
    const waited = this.#options.nowMs() - this.#firstMs;
    return waited < PENDING_MS && this.#rungs().some(({ slot }) => !slot.hasMedia);
  }

  /** The source is another one: it is transcoded anew. */
  configure(config: AvcConfig): void {
    this.#config = config;
    this.#quit();
  }

  /** `cut`: a segment of the source begins with this frame. */
  frame(frame: SourceFrame, cut?: SourceCut): void {
    if (this.#ended) return;
    if (!this.#run && frame.keyframe && cut) this.#begin();
    if (!this.#run) return;
    if (cut) this.#run.renditions.forEach((rendition) => rendition.cut(cut));
    const { decodeMs, ...rest } = frame;
    const tag = avcTag({ ...rest, timestampMs: Math.round(decodeMs) });
    if (this.#run.transcoder?.write(tag) === false) this.#fail();
  }

  /** The session is over; frames that are under way still come, until `close`. */
  end(): void {
    this.#ended = true;
    this.#run?.transcoder?.end();
  }

  /** Nothing comes any more. */
  close(): void {
    this.#ended = true;
    this.#quit();
  }

  /** Rungs below the source: a picture is never made larger. */
  #rungs(): LadderTrack[] {
    const sourceHeight = this.#config?.height ?? 0;
    return this.#options.tracks.filter(({ height }) => height < sourceHeight);
  }

  #begin(): void {
    const now = this.#options.nowMs();
    const rungs = this.#rungs();
    if (rungs.length === 0 || now < this.#retryAtMs) return;
    this.#firstMs ??= now;
    const { takeSegment, frameMs } = this.#options;
    const renditions = rungs.map(({ slot }) => new Rendition(slot, frameMs(), takeSegment));
    const run: Run = { renditions, startedMs: now };
    this.#run = run;
    const transcoder = this.#options.start(rungs, {
      output: (rung, bytes) => {
        if (this.#run === run) this.#take(renditions[rung], bytes);
      },
      ended: () => {
        if (this.#run === run) this.#over();
      },
    });
    run.transcoder = transcoder;
    if (this.#run !== run) return;
    transcoder.write(flvHeader());
    transcoder.write(
      avcTag({ timestampMs: 0, compositionMs: 0, keyframe: true, config: true, bytes: this.#config!.avcC }),
    );
  }

  #take(rendition: Rendition | undefined, bytes: Uint8Array): void {
    try {
      rendition?.take(bytes);
      this.#options.took();
    } catch {
      // What it gives cannot be used.
      this.#fail();
    }
  }

  #fail(): void {
    this.#run?.transcoder?.kill();
    this.#over();
  }

  #over(): void {
    const run = this.#run;
    this.#run = undefined;
    if (!run) return;
    for (const rendition of run.renditions) rendition.finish();
    const now = this.#options.nowMs();
    if (now - run.startedMs > FORGIVE_AFTER_MS) this.#retryMs = FIRST_RETRY_MS;
    this.#retryAtMs = now + this.#retryMs;
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
    this.#failed = true;
  }

  #quit(): void {
    const run = this.#run;
    this.#run = undefined;
    run?.transcoder?.kill();
    run?.renditions.forEach((rendition) => rendition.finish());
  }
}
