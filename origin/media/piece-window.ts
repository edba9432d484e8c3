/** The last seconds of a broadcast in memory, and every init segment that they need. */
import { compareIndex, INIT_PIECE, packIndex, pieceOf, trackOf } from '../../protocol/piece-index.ts';
import type { PieceFrame } from '../../protocol/frame.ts';

/** However long the window, it holds no more than this. */
const MAX_WINDOW_BYTES = 64 * 1024 * 1024;

export class PieceWindow {
  /** In order of arrival. */
  readonly #pieces = new Map<number, PieceFrame>();
  readonly #inits = new Map<number, PieceFrame>();
  readonly #maxBytes: number;
  #newestUs = 0;
  #bytes = 0;
  windowS: number;

  constructor(windowS: number, maxBytes = MAX_WINDOW_BYTES) {
    this.windowS = windowS;
    this.#maxBytes = maxBytes;
  }

  /** Bytes of all pieces held, init segments left out. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#pieces.size + this.#inits.size;
  }

  get(index: number): PieceFrame | undefined {
    return this.#pieces.get(index) ?? this.#inits.get(index);
  }

  add(piece: PieceFrame): void {
    const { index, decodeTimeUs, durationUs } = piece.record;
    this.#newestUs = Math.max(this.#newestUs, decodeTimeUs + durationUs);
    if (pieceOf(index) === INIT_PIECE) this.#inits.set(index, piece);
    else {
      this.#pieces.set(index, piece);
      this.#bytes += piece.bytes.length;
    }
    this.#expire();
  }

  clear(): void {
    this.#pieces.clear();
    this.#inits.clear();
    this.#bytes = 0;
  }

  /** All indexes: init segments first, then the newest piece first. */
  newestFirst(): number[] {
    return [...this.#inits.keys(), ...[...this.#pieces.keys()].reverse()];
  }

  #expire(): void {
    const oldest = this.#newestUs - this.windowS * 1e6;
    let gone = false;
    for (const [index, { record, bytes }] of this.#pieces) {
      if (record.decodeTimeUs + record.durationUs >= oldest && this.#bytes <= this.#maxBytes) break;
      this.#pieces.delete(index);
      this.#bytes -= bytes.length;
      gone = true;
    }
    if (gone && this.#inits.size > 1) this.#forgetInits();
  }

  /** Drops init segments that no piece names, but for the newest of each track. */
  #forgetInits(): void {
    const needed = new Set<number>();
    for (const { record } of this.#pieces.values()) {
      needed.add(packIndex(record.initSegment, trackOf(record.index), INIT_PIECE));
    }
    const indexes = [...this.#inits.keys()];
    for (const index of indexes) {
      const newer = indexes.some((other) =>
        trackOf(other) === trackOf(index) && compareIndex(other, index) > 0
      );
      if (newer && !needed.has(index)) this.#inits.delete(index);
    }
  }
}
