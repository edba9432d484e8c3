/** When viewers come and go. Times are seconds from the start of the scenario. */

export type ScenarioName = 'steady' | 'capped' | 'churn' | 'flash';

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

/** Plans a scenario of N viewers that is measured for this many seconds. */
export function planScenario(name: ScenarioName, viewers: number, seconds: number): Scenario {
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
