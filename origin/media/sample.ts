/** A coded frame on its way from the encoder into a chunk. */
export interface Sample {
  /** AVCC NAL units (length-prefixed) or one raw AAC frame. */
  data: Uint8Array;
  /** Units of the track's timescale since the broadcast's time zero. */
  decodeTime: number;
  /** Composition time minus decode time, same units; negative is allowed. */
  compositionOffset: number;
  /** Duration to take when no next sample tells it. */
  nominalDuration: number;
  /** Can be decoded without any other sample. */
  sync: boolean;
  /** The next decode time does not follow from the last one: a chunk ends before it. */
  gapBefore: boolean;
}

/** A sample whose duration is known. */
export interface TimedSample extends Sample {
  duration: number;
}
