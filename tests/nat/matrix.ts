/** Who met whom in the laboratory, by which way and in what time, from what each viewer saw of its connections. */
import type { Meeting, Sight } from './viewer.ts';

export interface Pair {
  one: string;
  other: string;
  route: Meeting['route'];
  /** The slower side's time from the making of its connection to its being there. */
  ms: number;
}

/** Pairs by both ends' fingerprints; a connection that only one end saw is left out. */
export function pairsOf(sights: Map<string, Sight>): Pair[] {
  const ends = new Map<string, { name: string; meeting: Meeting }[]>();
  for (const [name, { meetings }] of sights) {
    for (const meeting of meetings) {
      const seen = ends.get(meeting.binding);
      if (seen) seen.push({ name, meeting });
      else ends.set(meeting.binding, [{ name, meeting }]);
    }
  }
  const pairs: Pair[] = [];
  for (const [first, second] of ends.values()) {
    if (!first || !second) continue;
    // Either end may know of a relay that the other one does not see.
    const routes = [first.meeting.route, second.meeting.route];
    const route = routes.includes('turn') ? 'turn' : routes.includes('peer') ? 'peer' : 'lan';
    const ms = Math.max(first.meeting.ms, second.meeting.ms);
    pairs.push({ one: first.name, other: second.name, route, ms });
  }
  return pairs;
}

/** Of two viewers, the first connection that came about. */
export function pairOf(pairs: Pair[], one: string, other: string): Pair | undefined {
  return pairs.find((pair) =>
    (pair.one === one && pair.other === other) || (pair.one === other && pair.other === one)
  );
}

/** A table for people: `-` where two did not meet. */
export function printMatrix(names: string[], pairs: Pair[]): string {
  const cell = (one: string, other: string) => {
    const pair = one === other ? undefined : pairOf(pairs, one, other);
    return pair ? `${pair.route} ${pair.ms}` : one === other ? '' : '-';
  };
  const rows = [['', ...names], ...names.map((one) => [one, ...names.map((other) => cell(one, other))])];
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => row.map((text, at) => text.padEnd(widths[at]!)).join('  ').trimEnd()).join('\n');
}
