/** CPU time of a process and all its descendants, from /proc. */
import { descendants, statOf } from '../../process-tree.ts';

/** Linux counts in ticks of 1/100 s. */
const TICKS_PER_SECOND = 100;

/** Seconds of user and system time since they began; processes that ended in between are not in it. */
export function cpuSeconds(root: number): number {
  const ticks = [root, ...descendants(root)].map((pid) => {
    const fields = statOf(pid);
    return fields ? Number(fields[11]) + Number(fields[12]) : 0;
  });
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}
