/** CPU time of a process and all its descendants, from /proc. */
import { descendants, statOf } from '../../process-tree.ts';

/** Linux counts in ticks of 1/100 s. */
const TICKS_PER_SECOND = 100;

/** Seconds of user and system time since they began; processes that ended in between are not in it. */
export function cpuSeconds(root: number): number {
  return [root, ...descendants(root)].reduce((sum, pid) => sum + ticksOf(pid), 0) / TICKS_PER_SECOND;
}

/** The same where processes come and go: what one used until it was looked at last stays counted when it is gone. */
export class CpuMeter {
  readonly #root: number;
  #ticks = new Map<number, number>();
  #total = 0;

  constructor(root: number) {
    this.#root = root;
    this.look();
  }

  /** Seconds that were used altogether, as far as it was seen. */
  look(): number {
    const seen = new Map<number, number>();
    for (const pid of [this.#root, ...descendants(this.#root)]) {
      const ticks = ticksOf(pid);
      const before = this.#ticks.get(pid) ?? 0;
      // Less than before: the number was given to another process.
      this.#total += ticks < before ? ticks : ticks - before;
      seen.set(pid, ticks);
    }
    this.#ticks = seen;
    return this.#total / TICKS_PER_SECOND;
  }
}

function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return fields ? Number(fields[11]) + Number(fields[12]) : 0;
}
