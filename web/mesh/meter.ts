/** Counters behind MeshStats. */
import type { PieceSource } from './seams.ts';

const SAMPLES = 256;
/** What counts as now. */
const RECENT = 32;

export class Meter {
  readonly bytes: Record<PieceSource, number> = {
    lan: 0,
    peer: 0,
    turn: 0,
    seed: 0,
    join: 0,
    run: 0,
    repair: 0,
  };
  duplicateBytes = 0;
  uploadBytes = 0;
  controlBytes = 0;
  /** Pieces fetched from the edge because their deadline came near. */
  repairs = 0;
  #lags = new Uint16Array(SAMPLES);
  #count = 0;

  lag(ms: number): void {
    this.#lags[this.#count++ % SAMPLES] = Math.min(65_535, ms);
  }

  /** Lag of the newest few pieces, as `lagAt`. */
  recentLagAt(share: number): number {
    const count = Math.min(this.#count, RECENT);
    return at(
      Uint16Array.from({ length: count }, (_, i) => this.#lags[(this.#count - 1 - i) % SAMPLES]!),
      share,
    );
  }

  /** Lag of the latest pieces at a share of them, in milliseconds; 0 before any came. */
  lagAt(share: number): number {
    return at(this.#lags.slice(0, this.#count), share);
  }
}

/** Sorts them, in place. Typed ones need no function for that, which a page asked for its figures every second feels. */
function at(lags: Uint16Array, share: number): number {
  if (lags.length === 0) return 0;
  lags.sort();
  return lags[Math.min(lags.length - 1, Math.floor(share * lags.length))]!;
}
