/** The window of all tracks: what this peer holds, verified. */
import type { Broadcast } from '../../protocol/broadcast.ts';
import { equalBytes } from '../../protocol/bytes.ts';
import type { PieceFrame } from '../../protocol/frame.ts';
import { SEGMENT_MS, TRACK_COUNT, trackOf } from '../../protocol/piece-index.ts';
import { TrackWindow } from './track-window.ts';

/** How a piece that arrived stands to what is held. */
export type Standing = 'new' | 'held' | 'conflict' | 'refused';

export class WindowStore {
  #tracks: (TrackWindow | undefined)[] = new Array(TRACK_COUNT).fill(undefined);

  constructor(broadcast: Broadcast, windowMs: number) {
    const segments = Math.ceil(windowMs / SEGMENT_MS) + 1;
    for (const { track, sliceMs } of broadcast.tracks) {
      this.#tracks[track] = new TrackWindow(track, segments, sliceMs);
    }
  }

  /** Undefined for a track that the broadcast does not have. */
  track(track: number): TrackWindow | undefined {
    return this.#tracks[track];
  }

  piece(index: number): PieceFrame | undefined {
    return this.#tracks[trackOf(index)]?.piece(index);
  }

  /**
   * `held`: the same record is here already. `conflict`: another record is here under this index. `refused`: unknown
   * track, older than the window or beyond any bound.
   */
  standing(frame: PieceFrame): Standing {
    const window = this.#tracks[trackOf(frame.record.index)];
    if (window === undefined) return 'refused';
    const held = window.piece(frame.record.index);
    if (held === undefined) return window.accepts(frame.record.index) ? 'new' : 'refused';
    if (held === frame || held.signed === frame.signed) return 'held';
    return equalBytes(held.signed, frame.signed) ? 'held' : 'conflict';
  }

  put(frame: PieceFrame): void {
    this.#tracks[trackOf(frame.record.index)]!.put(frame);
  }
}
