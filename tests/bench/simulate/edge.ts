/** The edge's media: what it sends to whom, counted by kind and bounded by the egress cap in the order of its uses. */
import { PIECE_FRAME_OVERHEAD } from '../../../protocol/frame.ts';
import type { StreamPiece } from './stream.ts';

export type EdgeKind = 'seed' | 'join' | 'repair' | 'help' | 'blocked';

/** The cap may be overdrawn by seeds alone; what is left after them is kept for repair down to this share of it. */
const JOIN_RESERVE = 0.3;
/** Unused cap that may be saved up, in milliseconds. */
const BURST_MS = 1000;

export class Edge {
  readonly bytes: Record<EdgeKind, number> = { seed: 0, join: 0, repair: 0, help: 0, blocked: 0 };
  refused = 0;
  #bytesPerMs: number;
  #left: number;
  #atMs = 0;

  /** `capKbps` null: no cap. */
  constructor(capKbps: number | null) {
    this.#bytesPerMs = capKbps === null ? Infinity : capKbps / 8;
    this.#left = capKbps === null ? Infinity : this.#bytesPerMs * BURST_MS;
  }

  /** Whether the cap has room for these bytes; takes them when it has. Seeds are never refused. */
  take(kind: EdgeKind, bytes: number, nowMs: number): boolean {
    if (kind === 'blocked') {
      this.bytes.blocked += bytes;
      return true;
    }
    const burst = this.#bytesPerMs * BURST_MS;
    if (burst !== Infinity) {
      this.#left = Math.min(burst, this.#left + (nowMs - this.#atMs) * this.#bytesPerMs);
      this.#atMs = nowMs;
      const kept = kind === 'join' ? burst * JOIN_RESERVE : 0;
      if (kind !== 'seed' && kind !== 'help' && this.#left - bytes < kept) {
        this.refused++;
        return false;
      }
      this.#left -= bytes;
    }
    this.bytes[kind] += bytes;
    return true;
  }
}

/** Bytes of a piece in a body of the edge. */
export function frameBytes(piece: StreamPiece): number {
  return piece.frame.record.byteLength + PIECE_FRAME_OVERHEAD;
}
