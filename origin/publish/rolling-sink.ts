/**
 * What an encoder feeds for as long as it is connected: one broadcast after the other. Segment numbers of a broadcast
 * are used up after 24 days (DESIGN.md section 2), so before that its media goes on in a new one, at a keyframe, and
 * the encoder does not notice.
 */
import { parseFlvAudio } from '../media/flv-audio.ts';
import { parseFlvVideo } from '../media/flv-video.ts';
import type { FlvTag, MediaSink } from '../rtmp/seam.ts';

export interface Turn {
  sink: MediaSink;
  /** When this one is to roll over. */
  dueMs: number;
}

export interface RollingOptions {
  first: Turn;
  /** Wall clock, milliseconds since 1970. */
  nowMs: () => number;
  /** The next broadcast; undefined: not now. Rejects when the encoder cannot go on. */
  next: () => Promise<Turn | undefined>;
  /** Ends the encoder's session. */
  drop: (reason: string) => void;
}

/** The edge may be away, or think the broadcast a little younger. */
const ASK_AGAIN_MS = 60_000;

export class RollingSink implements MediaSink {
  readonly #options: RollingOptions;
  #turn: Turn;
  #askAtMs: number;
  /** The last metadata and configuration of each kind: a new broadcast needs them too. */
  readonly #setUp = new Map<FlvTag['type'], FlvTag>();
  /** While the next broadcast is asked for: what came from the last keyframe on, for both. */
  #held: FlvTag[] | undefined;
  #end: { reason: string; polite: boolean } | undefined;

  constructor(options: RollingOptions) {
    this.#options = options;
    this.#turn = options.first;
    this.#askAtMs = options.first.dueMs;
  }

  tag(tag: FlvTag): void {
    const part = partOf(tag);
    if (part === 'set-up') this.#setUp.set(tag.type, tag);
    if (part === 'keyframe' || (part === 'sound' && !this.#setUp.has('video'))) {
      if (this.#held) this.#held = [];
      else if (this.#options.nowMs() >= this.#askAtMs) {
        this.#held = [];
        void this.#rollOver();
      }
    }
    this.#held?.push(tag);
    this.#turn.sink.tag(tag);
  }

  ended(reason: string, polite: boolean): void {
    this.#end = { reason, polite };
    this.#turn.sink.ended(reason, polite);
  }

  async #rollOver(): Promise<void> {
    try {
      const next = await this.#options.next();
      if (next) this.#goOn(next);
      else this.#askAtMs = this.#options.nowMs() + ASK_AGAIN_MS;
    } catch (error) {
      this.#options.drop((error as Error).message);
    } finally {
      this.#held = undefined;
    }
  }

  #goOn(next: Turn): void {
    if (this.#end) return next.sink.ended(this.#end.reason, this.#end.polite);
    this.#turn.sink.ended('the broadcast goes on in another one', true);
    this.#turn = next;
    this.#askAtMs = next.dueMs;
    for (const tag of [...this.#setUp.values(), ...this.#held ?? []]) next.sink.tag(tag);
  }
}

/** Throws UnsupportedMedia, as every sink may. */
function partOf(tag: FlvTag): 'set-up' | 'keyframe' | 'sound' | 'other' {
  if (tag.type === 'data') return 'set-up';
  if (tag.type === 'audio') {
    const { kind } = parseFlvAudio(tag.body);
    return kind === 'config' ? 'set-up' : kind === 'frame' ? 'sound' : 'other';
  }
  const video = parseFlvVideo(tag.body);
  if (video.kind === 'config') return 'set-up';
  return video.kind === 'frame' && video.keyframe ? 'keyframe' : 'other';
}
