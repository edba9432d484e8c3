/**
 * Notices that nothing comes of one track any more while others go on, as when an encoder came back without sound. Time
 * in which nothing comes at all is no track's own silence: that is an outage.
 */

/** Of one track: what it has come to. Any change is a sign of life. */
export interface TrackMark {
  track: number;
  mark: string;
}

/** So long without anything, while others went on, makes a track silent. */
const SILENT_MS = 3000;
/** Tracks are cut in turn, and come in bursts: within this, others count as going on. */
const TOGETHER_MS = 1000;

export class Silence {
  #tracks = new Map<number, { mark: string; changedMs: number; sinceMs: number }>();

  /** Call it a few times a second, with the tracks that are wanted; answers those that are silent. */
  look(marks: readonly TrackMark[], nowMs: number): ReadonlySet<number> {
    const before = this.#tracks;
    this.#tracks = new Map(marks.map(({ track, mark }) => {
      const known = before.get(track);
      return [
        track,
        known?.mark === mark ? known : { mark, changedMs: known ? nowMs : -Infinity, sinceMs: nowMs },
      ];
    }));
    for (const [track, state] of this.#tracks) {
      const goesOn = [...this.#tracks].some(([other, { changedMs }]) =>
        other !== track && nowMs - changedMs < TOGETHER_MS
      );
      if (!goesOn) state.sinceMs = nowMs;
    }
    return new Set(
      [...this.#tracks].filter(([, { sinceMs }]) => nowMs - sinceMs >= SILENT_MS).map(([t]) => t),
    );
  }
}
