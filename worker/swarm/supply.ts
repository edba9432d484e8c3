/**
 * Supply control (DESIGN.md section 4, point 10): what governs all else is the upload that viewers grant, divided by
 * what they watch. When it runs short the swarm is first given time (a longer latency target), then whole substreams
 * from the edge for those that lack supply, never late single pieces; where that is not enough or the cap has no room
 * for it, a lower rendition (relief.ts), where there is one. Each step is undone as supply returns, in reverse order and
 * later than it was taken. Pure; run by the steward.
 */

import { FEED_OVERHEAD } from './copies.ts';

/** What is known at one moment; rates over the time since the last look. */
export interface SupplyReading {
  /** Whom peers are to carry. */
  viewers: number;
  /** What all viewers together say they can give. */
  uploadKbps: number;
  bitrateKbps: number;
  /** Copies of the stream that seeds get from the edge. */
  copies: number;
  /** Single pieces asked of the edge because their deadline came near, those that its cap refused among them. */
  repairKbps: number;
  /** Null: no cap. */
  egressCapKbps: number | null;
  /** What a viewer of the source takes, where there is a lower rendition to go down to. */
  sourceKbps?: number;
}

/** What the swarm is to do. */
export interface SupplyVerdict {
  /** Multiplies the latency target of the settings. */
  latencyFactor: number;
  /** What the edge gives as whole substreams to viewers who lack supply. */
  helpKbps: number;
  /** Upload is to exceed what is taken by this factor, by lower renditions if need be; 0: none are asked for. */
  reliefSpare: number;
}

/**
 * Short of this ratio: all the time there is, whatever is asked for. Short of the next one: as soon as too much is asked
 * for. Above the last one: calm may shorten the latency target.
 */
const SHORT_RATIO = 1.15;
const SCARCE_RATIO = 1.3;
const AMPLE_RATIO = 1.5;
/**
 * What may be asked for singly: without a cap this share of what viewers watch; with one, this share of what it leaves
 * beside the seeds, or what viewers hardly notice when it is refused, as all of it is in a large audience. Who has just
 * come asks whatever the target is: where visits last ten minutes, for a fifth of the latter.
 */
const MUCH_REPAIR = 0.03;
const MUCH_OF_ROOM = 0.7;
const UNNOTICED = 0.002;
/** The same verdict must hold for this long before a step is taken, and before one is undone. */
export const TAKE_MS = 10_000;
export const UNDO_MS = 20_000;
/**
 * Trouble so soon after a step was undone came of it. That is seen early, and what failed is left alone for a while, for
 * twice as long each time: a calm that more time or help brought says nothing of less, only trying does.
 */
const RELAPSE_MS = 90_000;
const RELAPSE_TAKE_MS = 5000;
const LEAST_BAR_MS = 120_000;
const MOST_BAR_MS = 960_000;
/**
 * Latency targets, as multiples of the one that was set. Lateness has a tail that falls like a power: by one step to
 * the next single pieces become fewer by this factor, so what is asked for tells how many steps are needed, or are not.
 */
const LATENCY_STEPS = [1, 1.12, 1.25, 1.4, 1.6, 1.8, 2, 2.25, 2.5];
const LAST_LATENCY_STEP = LATENCY_STEPS.length - 1;
const FEWER = 2;
/** Single pieces come in bursts, one for each uplink that stands still: what counts is their average over so long. */
const AVERAGED_MS = 10_000;
/** A shorter target is to leave this many steps between what is then asked for and too much, and so many are tried at once. */
const SPARE_STEPS = 1;
const MOST_SHORTER = 3;
const MOST_LONGER = 6;
/** Share of what viewers watch that one step of help carries. */
const HELP_STEP = 0.02;
/**
 * As many steps are taken at once as repair asks for, up to so many, or to what the ratio says is missing: help is to
 * take the place of repair, and no more than that. Who is helped gives the more to others, so that it takes less.
 */
const MOST_STEPS_AT_ONCE = 5;
const HELP_FOR_REPAIR = 0.5;
const MOST_HELP = 0.6;
/** Help shows after so long: until then it is not added to, nor while repair falls by a look to less than this share. */
const SHOWN_MS = 20_000;
const EASING = 0.7;
/** Share of repair above which help grows, and below half of which it shrinks, by this share of itself. */
const MUCH_BESIDE_HELP = 0.015;
const HELP_TAKEN_BACK = 0.2;
/** The same where upload is enough: single pieces are late then, not missing, and help would not make them fewer. */
const ENOUGH_RATIO = 1.2;
const MUCH_WHERE_ENOUGH = 0.04;
/** Share of the egress cap that help may take: what seeds leave, less a reserve for joins. */
const HELP_SHARE = 0.35;
/** Help that would carry less than this share of what is watched is none: joins and repair need the cap more. */
const LEAST_HELP = 0.02;
/** By what upload is to exceed what is taken at first, and by how much more each time that this was not enough. */
const RELIEF_SPARE = 1.5;
const RELIEF_STEP = 0.25;
const MOST_RELIEF = 4;
/** Single pieces that take no more than this of a cap are those that it was made for. */
const MOST_OF_CAP = 0.7;
/** A swarm needs so long to arrange itself anew around other renditions. */
const RELIEF_MS = 30_000;
/** The source is offered to all again when upload exceeds by this what it takes. */
const RELIEVED_RATIO = 1.5;
/** Swarms smaller than this are fed by their seeds' copies; a ratio of so few says nothing. */
const LEAST_VIEWERS = 4;

/** Trouble came back at this step: until then nothing goes down to it. */
interface Bar {
  step: number;
  untilMs: number;
  forMs: number;
}

export class SupplyControl {
  #step: number;
  #relief: number;
  #trouble: { sinceMs: number } | undefined;
  #calm: { sinceMs: number } | undefined;
  /** The last steps that were undone. */
  #undone = { atMs: -Infinity, steps: 0 };
  #bar: Bar | undefined;
  /** What is asked for singly, kbps, averaged; undefined: not known yet. */
  #asked: { kbps: number; atMs: number } | undefined;
  /** Share of repair at the last look. */
  #repair = 0;
  #verdict: SupplyVerdict;

  constructor(step = 0, relief = 0) {
    this.#step = step;
    this.#relief = relief;
    this.#verdict = { latencyFactor: latencyFactorOf(step), helpKbps: 0, reliefSpare: this.#reliefSpare };
  }

  /** Steps taken: first those of LATENCY_STEPS, then those of help. */
  get step(): number {
    return this.#step;
  }

  /** How much is asked of lower renditions; 0: nothing. */
  get relief(): number {
    return this.#relief;
  }

  /** Whether time alone may change the verdict: it has to be looked at again. */
  get isWatching(): boolean {
    return this.#step > 0 || this.#trouble !== undefined;
  }

  get verdict(): SupplyVerdict {
    return this.#verdict;
  }

  /** Looks at a reading; the verdict changes by a few steps at most. */
  look(reading: SupplyReading, nowMs: number): SupplyVerdict {
    this.#average(reading.repairKbps, nowMs);
    const wanted = this.#wanted(reading);
    this.#trouble = wanted > 0 ? this.#trouble ?? { sinceMs: nowMs } : undefined;
    this.#calm = wanted < 0 ? this.#calm ?? { sinceMs: nowMs } : undefined;
    if (
      this.#trouble && nowMs - this.#trouble.sinceMs >= this.#takeMs(nowMs) &&
      !this.#isEasing(reading)
    ) {
      // The target that was left a moment ago was long enough.
      const isBack = this.#isRelapse(nowMs) && this.#step < LAST_LATENCY_STEP;
      const steps = isBack ? Math.min(this.#undone.steps, LAST_LATENCY_STEP - this.#step) : wanted;
      if (this.#relief === 0) this.#learn(nowMs);
      this.#go(steps, reading);
      this.#trouble.sinceMs = nowMs;
    } else if (this.#calm && nowMs - this.#calm.sinceMs >= UNDO_MS) {
      const steps = this.#unbarred(wanted, nowMs);
      if (steps === 0) return this.#decide(reading);
      if (this.#relief === 0) this.#undone = { atMs: nowMs, steps: Math.min(-steps, this.#step) };
      this.#go(steps, reading);
      this.#calm.sinceMs = nowMs;
    }
    return this.#decide(reading);
  }

  #decide(reading: SupplyReading): SupplyVerdict {
    this.#repair = repairShare(reading);
    this.#verdict = {
      latencyFactor: latencyFactorOf(this.#step),
      helpKbps: this.#helpKbps(reading),
      reliefSpare: this.#reliefSpare,
    };
    return this.#verdict;
  }

  #average(kbps: number, nowMs: number): void {
    const before = this.#asked ?? { kbps, atMs: nowMs };
    const kept = Math.exp((before.atMs - nowMs) / AVERAGED_MS);
    this.#asked = { kbps: before.kbps * kept + kbps * (1 - kept), atMs: nowMs };
  }

  #takeMs(nowMs: number): number {
    if (this.#relief > 0) return RELIEF_MS;
    if (this.#isRelapse(nowMs)) return RELAPSE_TAKE_MS;
    return this.#helpSteps > 0 ? SHOWN_MS : TAKE_MS;
  }

  #isRelapse(nowMs: number): boolean {
    return nowMs - this.#undone.atMs < RELAPSE_MS;
  }

  /** What was done shows, or a crowd settles: help is not to be added to what is on its way already. */
  #isEasing(reading: SupplyReading): boolean {
    return this.#step >= LAST_LATENCY_STEP && this.#mayHelp(reading) &&
      repairShare(reading) < EASING * this.#repair;
  }

  #learn(nowMs: number): void {
    const forMs = this.#bar ? Math.min(MOST_BAR_MS, 2 * this.#bar.forMs) : LEAST_BAR_MS;
    if (this.#isRelapse(nowMs)) this.#bar = { step: this.#step, untilMs: nowMs + forMs, forMs };
    // Trouble that came of nothing we did: what failed in other times is no measure.
    else if (this.#bar && nowMs > this.#bar.untilMs) this.#bar = undefined;
    this.#undone = { atMs: -Infinity, steps: 0 };
  }

  /** As many of these steps back as lead to nothing that failed lately. */
  #unbarred(steps: number, nowMs: number): number {
    const bar = this.#bar;
    if (this.#relief > 0 || bar === undefined || nowMs >= bar.untilMs) return steps;
    return Math.min(0, Math.max(steps, bar.step + 1 - this.#step));
  }

  /** Steps to take, or, below 0, to take back: of what was taken last. */
  #wanted(reading: SupplyReading): number {
    if (this.#relief > 0) return this.#reliefWanted(reading);
    return this.#step < LAST_LATENCY_STEP ? this.#timeWanted(reading) : this.#helpWanted(reading);
  }

  #go(steps: number, reading: SupplyReading): void {
    const isRelief = this.#relief > 0 ||
      (steps > 0 && this.#step >= LAST_LATENCY_STEP && !this.#mayHelp(reading));
    if (isRelief) this.#relief = Math.min(MOST_RELIEF, this.#relief + steps);
    else this.#step = Math.max(0, this.#step + steps);
  }

  #reliefWanted(reading: SupplyReading): number {
    const { sourceKbps, viewers, uploadKbps } = reading;
    if (sourceKbps === undefined || viewers < LEAST_VIEWERS) return -this.#relief;
    const repair = repairShare(reading);
    if (repair > MUCH_BESIDE_HELP && this.#isBeyondCap(reading)) return 1;
    const isAmple = uploadKbps > RELIEVED_RATIO * viewers * sourceKbps;
    return isAmple && repair < muchRepair(reading) / 2 ? -1 : 0;
  }

  /** Steps of a longer latency target, 0, or, below 0, of a shorter one. */
  #timeWanted(reading: SupplyReading): number {
    if (reading.viewers < LEAST_VIEWERS) return -1;
    const ratio = supplyRatio(reading);
    const left = Math.max(1, LAST_LATENCY_STEP - this.#step);
    const stepsOver = (kbps: number) => Math.log(kbps / mostAskedKbps(reading)) / Math.log(FEWER);
    const average = stepsOver(this.#asked!.kbps);
    // What is over already needs no more time.
    const over = Math.min(average, stepsOver(reading.repairKbps));
    if (ratio < SHORT_RATIO || (over > 0 && ratio < SCARCE_RATIO)) return left;
    if (over > 0) return Math.min(MOST_LONGER, Math.ceil(over), left);
    return ratio > AMPLE_RATIO ? Math.max(-MOST_SHORTER, Math.min(0, Math.ceil(average + SPARE_STEPS))) : 0;
  }

  /** Steps of help to add or take back. Without help, what is calm may shorten the latency target again. */
  #helpWanted(reading: SupplyReading): number {
    const repair = repairShare(reading);
    if (reading.viewers < LEAST_VIEWERS) return -Math.max(1, this.#helpSteps);
    const much = muchRepair(reading);
    if (this.#mayHelp(reading)) {
      const most = Math.max(MOST_STEPS_AT_ONCE, this.#missingSteps(reading));
      if (repair > much) return Math.min(most, Math.ceil(repair * HELP_FOR_REPAIR / HELP_STEP));
    } else if (repair > MUCH_BESIDE_HELP) {
      return reading.sourceKbps !== undefined && this.#isBeyondCap(reading) ? 1 : 0;
    }
    if (this.#helpSteps === 0) return Math.min(0, this.#timeWanted(reading));
    return repair < much / 2 ? -Math.ceil(this.#helpSteps * HELP_TAKEN_BACK) : 0;
  }

  /** Steps of help that the ratio of supply alone calls for, beyond those taken. */
  #missingSteps(reading: SupplyReading): number {
    return Math.ceil((SHORT_RATIO - supplyRatio(reading)) / HELP_STEP) - this.#helpSteps;
  }

  /** Whether help may grow. */
  #mayHelp(reading: SupplyReading): boolean {
    return this.#helpKbps(reading) < Math.min(helpBound(reading), MOST_HELP * watchedKbps(reading));
  }

  #isBeyondCap(reading: SupplyReading): boolean {
    return reading.egressCapKbps === null || capShare(reading) > MOST_OF_CAP;
  }

  get #reliefSpare(): number {
    return this.#relief === 0 ? 0 : RELIEF_SPARE + RELIEF_STEP * (this.#relief - 1);
  }

  get #helpSteps(): number {
    return Math.max(0, this.#step - LAST_LATENCY_STEP);
  }

  #helpKbps(reading: SupplyReading): number {
    const share = Math.min(MOST_HELP, this.#helpSteps * HELP_STEP);
    return Math.min(share * watchedKbps(reading), helpBound(reading));
  }
}

/** Upload granted / what has to come from peers; infinite where seeds' copies are enough for all. */
export function supplyRatio({ viewers, uploadKbps, bitrateKbps, copies }: SupplyReading): number {
  const demand = Math.max(0, viewers - copies) * bitrateKbps;
  return demand === 0 ? Infinity : uploadKbps / demand;
}

export function repairShare(reading: SupplyReading): number {
  const watched = watchedKbps(reading);
  return watched === 0 ? 0 : reading.repairKbps / watched;
}

function watchedKbps({ viewers, bitrateKbps }: SupplyReading): number {
  return viewers * bitrateKbps;
}

function muchRepair(reading: SupplyReading): number {
  return supplyRatio(reading) < ENOUGH_RATIO ? MUCH_BESIDE_HELP : MUCH_WHERE_ENOUGH;
}

/** Single pieces beyond this are more than the edge can, or ought to, send. */
function mostAskedKbps(reading: SupplyReading): number {
  const { egressCapKbps, copies, bitrateKbps } = reading;
  const much = MUCH_REPAIR * watchedKbps(reading);
  if (egressCapKbps === null) return much;
  const roomKbps = Math.max(0, egressCapKbps - FEED_OVERHEAD * copies * bitrateKbps);
  return Math.min(much, Math.max(MUCH_OF_ROOM * roomKbps, UNNOTICED * watchedKbps(reading)));
}

function capShare({ repairKbps, egressCapKbps }: SupplyReading): number {
  return egressCapKbps === null ? 0 : repairKbps / egressCapKbps;
}

function latencyFactorOf(step: number): number {
  return LATENCY_STEPS[Math.min(step, LAST_LATENCY_STEP)]!;
}

function helpBound(reading: SupplyReading): number {
  if (reading.egressCapKbps === null) return Infinity;
  const bound = reading.egressCapKbps * HELP_SHARE;
  return bound < LEAST_HELP * watchedKbps(reading) ? 0 : bound;
}
