/** Sums the figures of past sessions, so that the element's numbers go on when it joins anew. */
import { noStats, type PlayerStats } from './player-state.ts';

export class Totals {
  #past = noStats;

  /** A session has ended with these figures. */
  add(stats: PlayerStats): void {
    this.#past = { ...this.with(stats), peers: 0, latencySeconds: 0, bufferSeconds: 0 };
  }

  /** Past sessions and this one: sums, the first start-up, and of now what is of now. */
  with(stats: PlayerStats = noStats): PlayerStats {
    const past = this.#past;
    return {
      ...stats,
      peerBytes: past.peerBytes + stats.peerBytes,
      edgeBytes: past.edgeBytes + stats.edgeBytes,
      uploadBytes: past.uploadBytes + stats.uploadBytes,
      stalls: past.stalls + stats.stalls,
      startupMs: past.startupMs || stats.startupMs,
    };
  }
}
