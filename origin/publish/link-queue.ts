/**
 * What waits to go over a link, in this order: live pieces as they are cut, pieces that somebody misses, pieces
 * that the edge lacks after a break. Live media is bounded; what does not fit is dropped, oldest first.
 */
import type { PieceFrame } from '../../protocol/frame.ts';
import { trackOf } from '../../protocol/piece-index.ts';
import { type PieceRecord, RecordFlag } from '../../protocol/record.ts';

/** Why a piece goes over the link. */
export type LinkKind = 'live' | 'refill' | 'miss';

const FRESH_US = 1_000_000;
/** Whatever the encoder sends. */
const MOST_BYTES = 16 * 1024 * 1024;

export class LinkQueue {
  #live: PieceFrame[] = [];
  #liveBytes = 0;
  /** Decode time of the newest piece of each track. */
  readonly #newestUs = new Map<number, number>();
  readonly #misses = new Set<number>();
  readonly #refill = new Set<number>();

  /** Bytes of live media that wait. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  get isEmpty(): boolean {
    return this.#live.length + this.#misses.size + this.#refill.size === 0;
  }

  /** Pieces that the edge lacked after a break still wait. */
  get hasRefill(): boolean {
    return this.#refill.size > 0;
  }

  /**
   * Adds a live piece and drops the oldest ones past `maxBytes`, never an init segment; answers how many. `maxBytes`
   * goes by the announced bitrate, which an encoder may exceed by far: what is within FRESH_US of its track's newest
   * stays, up to MOST_BYTES.
   */
  addLive(piece: PieceFrame, maxBytes: number): number {
    const { index, decodeTimeUs } = piece.record;
    this.#live.push(piece);
    this.#liveBytes += piece.bytes.length;
    this.#newestUs.set(trackOf(index), decodeTimeUs);
    let dropped = 0;
    while (this.#liveBytes > maxBytes) {
      const at = this.#live.findIndex(({ record }) => this.#mayDrop(record));
      if (at < 0) break;
      this.#liveBytes -= this.#live.splice(at, 1)[0]!.bytes.length;
      dropped += 1;
    }
    return dropped;
  }

  #mayDrop({ index, decodeTimeUs, flags }: PieceRecord): boolean {
    if ((flags & RecordFlag.init) !== 0) return false;
    return this.#liveBytes > MOST_BYTES || decodeTimeUs < this.#newestUs.get(trackOf(index))! - FRESH_US;
  }

  addMisses(indexes: Iterable<number>): void {
    for (const index of indexes) this.#misses.add(index);
  }

  /** The whole list of what the edge lacks, in the order to send. */
  setRefill(indexes: Iterable<number>): void {
    this.#refill.clear();
    for (const index of indexes) this.#refill.add(index);
  }

  /** The next piece to send; `find` answers pieces of the window. Pieces that have left it are passed over. */
  next(find: (index: number) => PieceFrame | undefined): { kind: LinkKind; piece: PieceFrame } | undefined {
    const live = this.#live.shift();
    if (live) {
      this.#liveBytes -= live.bytes.length;
      this.#misses.delete(live.record.index);
      this.#refill.delete(live.record.index);
      return { kind: 'live', piece: live };
    }
    for (const [kind, waiting] of [['miss', this.#misses], ['refill', this.#refill]] as const) {
      for (const index of waiting) {
        this.#misses.delete(index);
        this.#refill.delete(index);
        const piece = find(index);
        if (piece) return { kind, piece };
      }
    }
    return undefined;
  }

  clear(): void {
    this.#live = [];
    this.#liveBytes = 0;
    this.#misses.clear();
    this.#refill.clear();
  }
}
