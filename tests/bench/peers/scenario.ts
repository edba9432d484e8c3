/** When viewers come and go. Times are seconds from the start of the scenario. */

export type ScenarioName = 'steady' | 'capped' | 'churn' | 'flash' | 'alone';

export interface Step {
  atS: number;
  /** A viewer joins, or the one that has been there longest leaves. */
  what: 'join' | 'leave';
}

export interface Scenario {
  name: ScenarioName;
  steps: Step[];
  /** Measuring begins here: 10 s after the last of the first N joins. */
  fromS: number;
  endS: number;
  /** Copies of the stream that servers may send; undefined: no cap. */
  capCopies?: number;
}

/** One viewer at a time stays so long, and the next comes so long after it came. */
const ALONE_S = 2.5;
const NEXT_S = 3.5;

/** Plans a scenario of N viewers that is measured for this many seconds, or, of viewers alone, while they come. */
export function planScenario(name: ScenarioName, viewers: number, seconds: number): Scenario {
  if (name === 'alone') {
    const steps = Array.from({ length: viewers }, (_, i): Step[] => [
      { atS: i * NEXT_S, what: 'join' },
      { atS: i * NEXT_S + ALONE_S, what: 'leave' },
    ]);
    return { name, steps: steps.flat(), fromS: 0, endS: viewers * NEXT_S };
  }
  const spacing = name === 'flash' ? 2 / viewers : 1;
  const joins: Step[] = Array.from({ length: viewers }, (_, i) => ({ atS: i * spacing, what: 'join' }));
  const fromS = (viewers - 1) * spacing + 10;
  const endS = fromS + seconds;
  const churn: Step[] = [];
  if (name === 'churn') {
    for (let atS = fromS + 5; atS < endS - 2; atS += 10) {
      churn.push({ atS, what: 'leave' }, { atS, what: 'join' });
    }
  }
  return { name, steps: [...joins, ...churn], fromS, endS, ...(name === 'capped' ? { capCopies: 2 } : {}) };
}
