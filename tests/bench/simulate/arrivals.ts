/**
 * When each peer got each of the latest pieces: one row a piece, one column a peer, so that a piece is judged by
 * reading memory in order and forgotten by clearing one row.
 */
const ROWS = 512;
const MOST_LAG_MS = 65_533;

export class Arrivals {
  readonly #peers: number;
  readonly #lags: Uint16Array;

  constructor(peers: number) {
    this.#peers = peers;
    this.#lags = new Uint16Array(ROWS * peers);
  }

  /** A new piece is cut: the row of one that is long forgotten is free. */
  open(serial: number): void {
    const start = (serial % ROWS) * this.#peers;
    this.#lags.fill(0, start, start + this.#peers);
  }

  /** False when the peer had it already. */
  note(serial: number, slot: number, lagMs: number): boolean {
    const at = (serial % ROWS) * this.#peers + slot;
    if (this.#lags[at] !== 0) return false;
    this.#lags[at] = 1 + Math.min(MOST_LAG_MS, Math.max(0, lagMs));
    return true;
  }

  has(serial: number, slot: number): boolean {
    return this.#lags[(serial % ROWS) * this.#peers + slot] !== 0;
  }

  /** Milliseconds after the cut, -1: it never came. */
  lagMs(serial: number, slot: number): number {
    return this.#lags[(serial % ROWS) * this.#peers + slot]! - 1;
  }

  /** A new viewer takes this place. */
  forget(slot: number): void {
    for (let row = 0; row < ROWS; row++) this.#lags[row * this.#peers + slot] = 0;
  }
}
