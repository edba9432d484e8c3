/**
 * The media sequence of each track's playlist: counted in memory, written down now and then, so that a playlist
 * never goes back after the object was evicted.
 */
import { anchorFor, type Segment, type SequenceAnchor } from './hls.ts';

/** What of a storage this needs: Durable Object KV. */
export interface KeyValue {
  get<Value>(key: string): Value | undefined;
  put(key: string, value: unknown): void;
  delete(key: string): unknown;
}

/** An anchor is written when the last one written is this many segments old; well within any window. */
const WRITE_EVERY = 4;

interface Anchors {
  broadcastId: string;
  tracks: Record<number, SequenceAnchor>;
}

export class HlsSequence {
  #storage: KeyValue;
  #anchors: Anchors | undefined;
  #written: Record<number, number> = {};

  constructor(storage: KeyValue) {
    this.#storage = storage;
    this.#anchors = storage.get<Anchors>('hls');
  }

  /** The anchor of these segments, which must not be empty. */
  anchor(broadcastId: string, track: number, segments: Segment[]): SequenceAnchor {
    if (this.#anchors?.broadcastId !== broadcastId) {
      this.#anchors = { broadcastId, tracks: {} };
      this.#written = {};
    }
    const anchor = anchorFor(segments, this.#anchors.tracks[track])!;
    this.#anchors.tracks[track] = anchor;
    const written = this.#written[track];
    if (written === undefined || anchor.sequence - written >= WRITE_EVERY) {
      this.#written[track] = anchor.sequence;
      this.#storage.put('hls', this.#anchors);
    }
    return anchor;
  }

  clear(): void {
    this.#anchors = undefined;
    this.#written = {};
    this.#storage.delete('hls');
  }
}
