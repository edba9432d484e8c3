/**
 * Captions that the encoder put into the picture's own stream, shown by the browser as a text track of the element.
 * Shaka finds them in the media, their text is made here. Of encrypted media only what the page itself opens has any.
 */
import { concatBytes } from '../../../protocol/bytes.ts';
import { fieldOnePairs } from '../captions/caption-data.ts';
import { Line21 } from '../captions/line-21.ts';
import { wholeChunks } from '../decrypt/decrypt-unit.ts';
import { shaka } from './shaka.ts';

const LABEL = 'CC1';
/** Frames come in the order of decoding: what is shown before a frame is here so many chunks after it. */
const REORDER_CHUNKS = 3;
/** Nothing stands longer than this: whatever would have taken it off was lost. */
const LONGEST_S = 16;
/** What has been read is forgotten after this, seconds. */
const KEPT_S = 60;
/** Lines up from the bottom, so that the controls do not hide it. */
const LINE = -3;

interface Message {
  timeS: number;
  /** Number of its chunk. */
  chunk: number;
  bytes: Uint8Array;
}

/** Captions of one load. */
export class EmbeddedCaptions {
  readonly #video: HTMLVideoElement;
  readonly #parser = shaka.media.ClosedCaptionParser.findParser('video/mp4')?.();
  readonly #screen = new Line21();
  #initSegment: number | undefined;
  #held: Uint8Array<ArrayBuffer> = new Uint8Array();
  #waiting: Message[] = [];
  #chunks = 0;
  #shown = '';
  #cue: VTTCue | undefined;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    const track = this.#found();
    for (const cue of [...track?.cues ?? []]) track!.removeCue(cue);
  }

  /** The beginning of a unit: what is held of the one before is over. */
  begin(initSegment: number, init: Uint8Array | undefined): void {
    this.#held = new Uint8Array();
    this.#read(0);
    if (this.#initSegment === initSegment || !init) return;
    this.#initSegment = initSegment;
    this.#parser?.init(init);
  }

  /** Media of the unit, as it comes. Whatever is wrong with it is for the picture to tell. */
  push(bytes: Uint8Array): void {
    this.#held = concatBytes(this.#held, bytes);
    try {
      const { chunks, rest } = wholeChunks(this.#held);
      this.#held = rest;
      for (const chunk of chunks) {
        this.#chunks++;
        for (const { packet, pts } of this.#parser?.parse(chunk) ?? []) {
          this.#waiting.push({ timeS: pts, chunk: this.#chunks, bytes: packet });
        }
      }
    } catch {
      this.#held = new Uint8Array();
    }
    this.#read(REORDER_CHUNKS);
  }

  /** Reads what came so many chunks ago, and what is shown before it. */
  #read(chunksAgo: number): void {
    if (this.#waiting.length === 0) return;
    this.#waiting.sort((a, b) => a.timeS - b.timeS);
    const due = this.#waiting.findLast(({ chunk }) => chunk <= this.#chunks - chunksAgo);
    const untilS = due?.timeS ?? -Infinity;
    while (this.#waiting.length > 0 && this.#waiting[0]!.timeS <= untilS) {
      const { timeS, bytes } = this.#waiting.shift()!;
      for (const pair of fieldOnePairs(bytes)) this.#screen.push(...pair);
      if (this.#screen.text !== this.#shown) this.#show(this.#screen.text, timeS);
    }
  }

  #show(text: string, timeS: number): void {
    this.#shown = text;
    if (this.#cue && this.#cue.endTime > timeS) this.#cue.endTime = timeS;
    this.#cue = undefined;
    if (text === '') return;
    const track = this.#found() ?? this.#video.addTextTrack('captions', LABEL);
    if (track.mode === 'disabled') track.mode = 'hidden';
    for (const old of [...track.cues ?? []]) if (old.endTime < timeS - KEPT_S) track.removeCue(old);
    this.#cue = new VTTCue(timeS, timeS + LONGEST_S, text);
    this.#cue.line = LINE;
    track.addCue(this.#cue);
  }

  /** The element's own track: one that was added cannot be taken away, so it serves every load. */
  #found(): TextTrack | undefined {
    return [...this.#video.textTracks].find(({ label }) => label === LABEL);
  }
}
