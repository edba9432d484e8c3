/** Seeds that pass nothing on: a feed given to them is lost for everybody else. */
import type { PeerRow } from './seat.ts';

/** A seed that gives nothing for this long, though somebody is there to take it, loses its feeds. */
export const IDLE_MS = 6000;
/** Who sat down so long ago has linked, behind a narrow line that the join fills too. */
export const LINKED_MS = 10_000;

export class SeedWatch {
  #gaveMs = new Map<string, number>();

  /** An acknowledgement came; `given`: bytes passed on since the last one. True when the seed is idle. */
  note(id: string, given: number | undefined, alone: boolean, nowMs: number): boolean {
    const since = this.#gaveMs.get(id);
    if (since === undefined || given === undefined || given > 0 || alone) {
      this.#gaveMs.set(id, nowMs);
      return false;
    }
    if (nowMs - since <= IDLE_MS) return false;
    this.#gaveMs.delete(id);
    return true;
  }

  forget(id: string): void {
    this.#gaveMs.delete(id);
  }
}

/**
 * Whether anybody of these should be taking what this peer passes on: one that plays the same, and had time to link.
 */
export function hasTaker({ id, track }: PeerRow, rows: Iterable<PeerRow>, nowMs: number): boolean {
  const sinceMs = nowMs - LINKED_MS;
  for (const row of rows) {
    if (row.id !== id && row.track === track && row.sinceMs <= sinceMs) return true;
  }
  return false;
}
