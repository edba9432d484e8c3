/**
 * The media sequence of each track's playlist: counted in memory, written down now and then, so that a playlist
 * never goes back after the object was evicted.
 */
import { segmentDistance } from '../../protocol/piece-index.ts';
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
  /** Of each track: the segments that were counted last, ascending. */
  #listed: Record<number, number[]> = {};

  constructor(storage: KeyValue) {
    this.#storage = storage;
    this.#anchors = storage.get<Anchors>('hls');
  }

  /**
   * What of these segments, which must not be empty, a playlist names, and an anchor of it. What comes late,
   * as a refill brings the newest segments first, is left out: for a segment before counted ones the sequence would
   * step back.
   */
  list(broadcastId: string, track: number, held: Segment[]): { segments: Segment[]; anchor: SequenceAnchor } {
    if (this.#anchors?.broadcastId !== broadcastId) {
      this.#anchors = { broadcastId, tracks: {} };
      this.#written = {};
      this.#listed = {};
    }
    const segments = this.#follows(track, held);
    this.#listed[track] = segments.map(({ number }) => number);
    const anchor = anchorFor(segments, this.#anchors.tracks[track])!;
    this.#anchors.tracks[track] = anchor;
    const written = this.#written[track];
    if (written === undefined || anchor.sequence - written >= WRITE_EVERY) {
      this.#written[track] = anchor.sequence;
      this.#storage.put('hls', this.#anchors);
    }
    return { segments, anchor };
  }

  #follows(track: number, held: Segment[]): Segment[] {
    const listed = this.#listed[track];
    if (!listed) return held;
    const newest = listed.at(-1)!;
    const segments = held.filter(({ number }) =>
      listed.includes(number) || segmentDistance(newest, number) > 0
    );
    return segments.length > 0 ? segments : held;
  }

  clear(): void {
    this.#anchors = undefined;
    this.#written = {};
    this.#listed = {};
    this.#storage.delete('hls');
  }
}
