/**
 * The edge's copy of a broadcast's window: pieces with their signed records, in order per track. Pure, memory only.
 *
 * The origin is trusted for what it sends over its link (viewers verify every piece themselves), so nothing is
 * verified here; but a second, different piece of one index is refused, as every viewer would refuse it.
 */
import type { PieceFrame } from '../../protocol/frame.ts';
import {
  compareIndex,
  INIT_PIECE,
  pieceOf,
  segmentOf,
  TRACK_COUNT,
  trackOf,
} from '../../protocol/piece-index.ts';
import { equalBytes } from '../../protocol/bytes.ts';

/** Most bytes held, whatever the window: an object's memory may be shared. */
export const MAX_WINDOW_BYTES = 24 * 1024 * 1024;
/** What a held piece costs beside its bytes, roughly. */
const ENTRY_BYTES = 300;

export type Added = 'added' | 'known' | 'conflict' | 'old';

export class MediaWindow {
  #pieces = new Map<number, PieceFrame>();
  /** Media pieces of each track, ascending. */
  #order: number[][] = Array.from({ length: TRACK_COUNT }, () => []);
  /** Init pieces of each track, ascending. */
  #inits: number[][] = Array.from({ length: TRACK_COUNT }, () => []);
  #bytes = 0;
  #newestUs = 0;

  constructor(public windowMs: number, readonly maxBytes: number = MAX_WINDOW_BYTES) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#pieces.size;
  }

  /** Decode time of the newest media piece, microseconds. */
  get newestUs(): number {
    return this.#newestUs;
  }

  /** `old`: it left the window already, or would at once. */
  add(frame: PieceFrame): Added {
    const { index, decodeTimeUs } = frame.record;
    const held = this.#pieces.get(index);
    if (held) return equalBytes(held.record.hash, frame.record.hash) ? 'known' : 'conflict';
    const isInit = pieceOf(index) === INIT_PIECE;
    if (!isInit && decodeTimeUs < this.#newestUs - this.windowMs * 1000) return 'old';
    this.#pieces.set(index, frame);
    this.#bytes += frame.bytes.length + ENTRY_BYTES;
    insertSorted((isInit ? this.#inits : this.#order)[trackOf(index)]!, index);
    if (!isInit) this.#newestUs = Math.max(this.#newestUs, decodeTimeUs);
    this.#evict();
    return this.#pieces.has(index) ? 'added' : 'old';
  }

  get(index: number): PieceFrame | undefined {
    return this.#pieces.get(index);
  }

  /** Everything held, in no particular order. */
  indexes(): number[] {
    return [...this.#pieces.keys()];
  }

  /** Media pieces of a track, ascending. Not to be changed. */
  media(track: number): readonly number[] {
    return this.#order[track] ?? [];
  }

  /** Init pieces of a track, ascending. Not to be changed. */
  inits(track: number): readonly number[] {
    return this.#inits[track] ?? [];
  }

  /** Newest media piece of a track. */
  newest(track: number): PieceFrame | undefined {
    const last = this.#order[track]?.at(-1);
    return last === undefined ? undefined : this.#pieces.get(last);
  }

  clear(): void {
    this.#pieces.clear();
    for (const list of [...this.#order, ...this.#inits]) list.length = 0;
    this.#bytes = 0;
    this.#newestUs = 0;
  }

  #evict(): void {
    const oldestUs = this.#newestUs - this.windowMs * 1000;
    for (const list of this.#order) {
      while (list.length > 0 && this.#pieces.get(list[0]!)!.record.decodeTimeUs < oldestUs) this.#drop(list);
    }
    while (this.#bytes > this.maxBytes && this.#pieces.size > 1) {
      const list = this.#oldestTrack();
      if (!list) break;
      this.#drop(list);
    }
    for (let track = 0; track < TRACK_COUNT; track++) this.#evictInits(track);
  }

  /** Keeps the newest init, and those that a held piece still names. */
  #evictInits(track: number): void {
    const inits = this.#inits[track]!;
    const first = this.#order[track]![0];
    const needed = first === undefined ? undefined : this.#pieces.get(first)!.record.initSegment;
    while (
      inits.length > 1 && needed !== undefined && segmentOf(inits[0]!) !== needed &&
      inits.some((index) => segmentOf(index) === needed)
    ) this.#drop(inits);
  }

  #oldestTrack(): number[] | undefined {
    let oldest: number[] | undefined;
    let oldestUs = Infinity;
    for (const list of this.#order) {
      const time = list.length > 1 ? this.#pieces.get(list[0]!)!.record.decodeTimeUs : Infinity;
      if (time < oldestUs) [oldest, oldestUs] = [list, time];
    }
    return oldest;
  }

  #drop(list: number[]): void {
    const index = list.shift()!;
    this.#bytes -= this.#pieces.get(index)!.bytes.length + ENTRY_BYTES;
    this.#pieces.delete(index);
  }
}

/** Pieces come nearly in order: looks from the end. */
function insertSorted(list: number[], index: number): void {
  let at = list.length;
  while (at > 0 && compareIndex(list[at - 1]!, index) > 0) at--;
  list.splice(at, 0, index);
}
