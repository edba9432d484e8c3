/** The edge's media: what it sends to whom, counted by kind and bounded by the shipped egress budget. */
import { PIECE_FRAME_OVERHEAD } from '../../../protocol/frame.ts';
import { EgressBudget } from '../../../worker/media/egress-budget.ts';
import type { StreamPiece } from './stream.ts';

/** `blocked`: to those who cannot use WebRTC; counted beside the others, and the budget does not know of it. */
export type EdgeKind = 'seed' | 'join' | 'repair' | 'help' | 'blocked';

export class Edge {
  readonly bytes: Record<EdgeKind, number> = { seed: 0, join: 0, repair: 0, help: 0, blocked: 0 };
  /** Bytes of single pieces that the cap refused. */
  refusedRepair = 0;
  /** Requests that came, those refused among them. */
  requests = 0;
  readonly #budget = new EgressBudget();

  /** `capKbps` null: no cap. */
  constructor(capKbps: number | null) {
    this.#budget.setCap(capKbps, 0);
  }

  /** Whether the cap has room for these bytes; takes them when it has. */
  take(kind: EdgeKind, bytes: number, nowMs: number): boolean {
    if (kind !== 'blocked' && !this.#budget.take(kind, bytes, nowMs).ok) {
      this.refuse(kind, bytes, 1);
      return false;
    }
    if (kind === 'join' || kind === 'repair') this.requests++;
    this.bytes[kind] += bytes;
    return true;
  }

  /** So many ask for as much, and the cap has no room for any of them. */
  refuse(kind: EdgeKind, bytes: number, times: number): void {
    if (kind === 'join' || kind === 'repair') this.requests += times;
    if (kind === 'repair') this.refusedRepair += times * bytes;
  }
}

/** Bytes of a piece in a body of the edge. */
export function frameBytes(piece: StreamPiece): number {
  return piece.frame.record.byteLength + PIECE_FRAME_OVERHEAD;
}
