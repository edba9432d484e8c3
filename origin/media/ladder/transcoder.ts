/** What the ladder asks of whoever re-encodes; the process itself is none of this room's business. */
import type { Rung } from '../../../protocol/ladder.ts';

/** A transcoder at work: takes the source as an FLV stream, gives one FLV stream for each rung. */
export interface Transcoder {
  /** False: it is too far behind, and what was given is lost. */
  write(flv: Uint8Array): boolean;
  /** No more will come; what is under way still comes out. */
  end(): void;
  /** At once. */
  kill(): void;
}

export interface TranscoderEvents {
  /** Bytes of the FLV stream of a rung, by its place among the rungs. */
  output(rung: number, bytes: Uint8Array): void;
  /** Called once, whatever ended it. */
  ended(): void;
}

/** Never throws: what cannot be started has `ended`, at once or later. It says why in its own log. */
export type StartTranscoder = (rungs: readonly Rung[], events: TranscoderEvents) => Transcoder;
