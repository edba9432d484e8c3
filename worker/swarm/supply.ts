/**
 * Supply control (DESIGN.md section 4, point 10): what governs all else is the upload that viewers grant, divided by
 * what they watch. When it runs short the swarm is first given time (a longer latency target), then whole substreams
 * from the edge for those that lack supply, never late single pieces. Each step is undone as supply returns, later
 * than it was taken. Pure; run by the steward.
 */

/** What is known at one moment; rates over the time since the last look. */
export interface SupplyReading {
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
}

/** What the swarm is to do. */
export interface SupplyVerdict {
  /** Multiplies the latency target of the settings. */
  latencyFactor: number;
  /** What the edge gives as whole substreams to viewers who lack supply. */
  helpKbps: number;
}

/** Short of this ratio, above this share of repair, or with this much of the cap asked for repair: trouble. */
const SHORT_RATIO = 1.15;
const MUCH_REPAIR = 0.03;
const MUCH_OF_CAP = 0.25;
/** Above this ratio, and below these shares: calm. */
const AMPLE_RATIO = 1.5;
const LITTLE_REPAIR = 0.01;
const LITTLE_OF_CAP = 0.1;
/** The same verdict must hold for this long before a step is taken, and before one is undone. */
export const TAKE_MS = 10_000;
export const UNDO_MS = 40_000;
/** Latency targets, as multiples of the one that was set. */
const LATENCY_STEPS = [1, 1.6, 2.5];
/** Share of what viewers watch that each step of help adds. */
const HELP_STEP = 0.1;
const MOST_HELP = 0.6;
/** Share of the egress cap that help may take: what seeds leave, less a reserve for joins. */
const HELP_SHARE = 0.35;
/** Help that would carry less than this share of what is watched is none: joins and repair need the cap more. */
const LEAST_HELP = 0.02;
/** Swarms smaller than this are fed by their seeds' copies; a ratio of so few says nothing. */
const LEAST_VIEWERS = 4;

export class SupplyControl {
  #step = 0;
  #trouble: { sinceMs: number } | undefined;
  #calm: { sinceMs: number } | undefined;
  #verdict: SupplyVerdict;

  constructor(step = 0) {
    this.#step = step;
    this.#verdict = { latencyFactor: latencyFactorOf(step), helpKbps: 0 };
  }

  /** Steps taken: first those of LATENCY_STEPS, then those of help. */
  get step(): number {
    return this.#step;
  }

  /** Whether time alone may change the verdict: it has to be looked at again. */
  get isWatching(): boolean {
    return this.#step > 0 || this.#trouble !== undefined;
  }

  get verdict(): SupplyVerdict {
    return this.#verdict;
  }

  /** Looks at a reading; the verdict changes by one step at most. */
  look(reading: SupplyReading, nowMs: number): SupplyVerdict {
    const ratio = supplyRatio(reading);
    const repair = repairShare(reading);
    const small = reading.viewers < LEAST_VIEWERS;
    const ofCap = reading.egressCapKbps === null ? 0 : reading.repairKbps / reading.egressCapKbps;
    const trouble = !small && (ratio < SHORT_RATIO || repair > MUCH_REPAIR || ofCap > MUCH_OF_CAP);
    const calm = small || (ratio > AMPLE_RATIO && repair < LITTLE_REPAIR && ofCap < LITTLE_OF_CAP);
    this.#trouble = trouble ? this.#trouble ?? { sinceMs: nowMs } : undefined;
    this.#calm = calm ? this.#calm ?? { sinceMs: nowMs } : undefined;
    if (this.#trouble && nowMs - this.#trouble.sinceMs >= TAKE_MS && this.#mayGo(reading)) {
      this.#step++;
      this.#trouble.sinceMs = nowMs;
    } else if (this.#calm && nowMs - this.#calm.sinceMs >= UNDO_MS && this.#step > 0) {
      this.#step--;
      this.#calm.sinceMs = nowMs;
    }
    this.#verdict = { latencyFactor: latencyFactorOf(this.#step), helpKbps: this.#helpKbps(reading) };
    return this.#verdict;
  }

  #mayGo(reading: SupplyReading): boolean {
    if (this.#step < LATENCY_STEPS.length - 1) return true;
    const given = this.#helpKbps(reading);
    return given < helpBound(reading) && given < reading.viewers * reading.bitrateKbps * MOST_HELP;
  }

  #helpKbps(reading: SupplyReading): number {
    const steps = this.#step - (LATENCY_STEPS.length - 1);
    if (steps <= 0) return 0;
    const share = Math.min(MOST_HELP, steps * HELP_STEP);
    return Math.min(share * reading.viewers * reading.bitrateKbps, helpBound(reading));
  }
}

/** Upload granted / what has to come from peers; infinite where seeds' copies are enough for all. */
export function supplyRatio({ viewers, uploadKbps, bitrateKbps, copies }: SupplyReading): number {
  const demand = Math.max(0, viewers - copies) * bitrateKbps;
  return demand === 0 ? Infinity : uploadKbps / demand;
}

export function repairShare({ viewers, bitrateKbps, repairKbps }: SupplyReading): number {
  const watched = viewers * bitrateKbps;
  return watched === 0 ? 0 : repairKbps / watched;
}

function latencyFactorOf(step: number): number {
  return LATENCY_STEPS[Math.min(step, LATENCY_STEPS.length - 1)]!;
}

function helpBound({ egressCapKbps, viewers, bitrateKbps }: SupplyReading): number {
  if (egressCapKbps === null) return Infinity;
  const bound = egressCapKbps * HELP_SHARE;
  return bound < LEAST_HELP * viewers * bitrateKbps ? 0 : bound;
}
