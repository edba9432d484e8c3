/**
 * Relief: who takes a lower rendition while supply is short, so that what viewers give is enough for all again. Those
 * who give least go first; as few as will do. They could not feed each other, so those who give most take the lower
 * rendition beside their own and pass it on. Pure; run by the steward.
 */

import type { Relief } from '../../protocol/tracker.ts';

/** Bounds of the classes in which viewers are counted by what they give, kbps: each takes what lies below its bound. */
export const GIVING_BOUNDS_KBPS = [
  1,
  ...Array.from({ length: 34 }, (_, i) => Math.round(100 * 1.2 ** i)),
  Infinity,
];
/** Share of what it gives that a carrier has for the lower rendition. */
const CARRIED_SHARE = 0.5;

/** Viewers of one class, and what they give together. */
export interface Giving {
  viewers: number;
  kbps: number;
}

export interface ReliefNeed {
  /** By class of GIVING_BOUNDS_KBPS. */
  giving: readonly Giving[];
  /** What a viewer of the source, and one of the lower rendition takes, audio included. */
  sourceKbps: number;
  lowerKbps: number;
  /** What the edge gives to both. */
  edgeKbps: number;
  /** Upload must exceed what is taken by this factor. */
  spare: number;
}

/** Who gives less than `belowKbps` takes the lower rendition; a share of those who give `carryKbps` or more carry it. */
export type ReliefPlan = Omit<Relief, 'track'>;

/** Carried by nobody: those who take the lower rendition feed each other. */
export const NOBODY_KBPS = 1_000_000;

export function emptyGiving(): Giving[] {
  return GIVING_BOUNDS_KBPS.map(() => ({ viewers: 0, kbps: 0 }));
}

/** Counts one viewer in place. */
export function addGiving(giving: Giving[], kbps: number): void {
  const one = giving[GIVING_BOUNDS_KBPS.findIndex((bound) => kbps < bound)]!;
  one.viewers++;
  one.kbps += kbps;
}

/** Adds what another shard counted in place. */
export function addGivings(total: Giving[], more: readonly Giving[]): void {
  more.forEach(({ viewers, kbps }, i) => {
    total[i]!.viewers += viewers;
    total[i]!.kbps += kbps;
  });
}

/**
 * The least lowering with which upload is enough; where none is, the one that comes nearest. Undefined: nobody has to
 * go down.
 */
export function planRelief(need: ReliefNeed): ReliefPlan | undefined {
  let best: { plan: ReliefPlan; missingKbps: number } | undefined;
  for (let below = 0; below <= need.giving.length; below++) {
    const { plan, missingKbps } = lowered(need, below);
    if (missingKbps <= 0) return below === 0 ? undefined : plan;
    if (best === undefined || missingKbps < best.missingKbps) best = { plan, missingKbps };
  }
  return best!.plan.belowKbps === 0 ? undefined : best!.plan;
}

/** With the classes below `below` lowered: who carries, and what is missing then. */
function lowered(need: ReliefNeed, below: number): { plan: ReliefPlan; missingKbps: number } {
  const { giving, sourceKbps, lowerKbps, edgeKbps, spare } = need;
  const low = sum(giving.slice(0, below));
  const high = sum(giving.slice(below));
  let uncarriedKbps = low.viewers * lowerKbps * spare - low.kbps - (high.viewers === 0 ? edgeKbps : 0);
  const able = { viewers: 0, kbps: 0 };
  let at = giving.length;
  while (able.kbps * CARRIED_SHARE < uncarriedKbps && at > below) {
    const one = giving[--at]!;
    able.viewers += one.viewers;
    able.kbps += one.kbps;
  }
  const carryShare = able.kbps > 0
    ? Math.min(1, Math.max(0, uncarriedKbps) / (able.kbps * CARRIED_SHARE))
    : 0;
  const carriers = able.viewers * carryShare;
  uncarriedKbps -= able.kbps * CARRIED_SHARE;
  const takenKbps = high.viewers * sourceKbps + (low.viewers + carriers) * lowerKbps;
  const missingKbps = takenKbps * spare - low.kbps - high.kbps - edgeKbps + Math.max(0, uncarriedKbps);
  const carryKbps = carriers > 0 ? lowerBound(at) : NOBODY_KBPS;
  return { plan: { belowKbps: below === 0 ? 0 : lowerBound(below), carryKbps, carryShare }, missingKbps };
}

function lowerBound(at: number): number {
  return at === 0 ? 0 : Math.min(NOBODY_KBPS, GIVING_BOUNDS_KBPS[at - 1]!);
}

function sum(classes: readonly Giving[]): Giving {
  const total = { viewers: 0, kbps: 0 };
  for (const { viewers, kbps } of classes) {
    total.viewers += viewers;
    total.kbps += kbps;
  }
  return total;
}
