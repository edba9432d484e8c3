/** Which time the visit report looks at: back from now, or between two moments. */

const DAY_MS = 86_400_000;
/** Value and words of each choice: days back from now, all, or two moments of one's own. */
export const SPANS = [
  ['1', 'Last day'],
  ['7', 'Last week'],
  ['31', 'Last month'],
  ['', 'All that is kept'],
  ['between', 'Between …'],
] as const;
export type Span = typeof SPANS[number][0];

export interface VisitTime {
  span: Span;
  /** Of `between`: what a `datetime-local` field holds, in this browser's time; empty: open on that side. */
  from: string;
  to: string;
}

/** As the API asks it, in milliseconds. Rounded: the same question stays the same while it is looked at. */
export function timeAsked({ span, from, to }: VisitTime, nowMs: number): { from?: string; to?: string } {
  if (span === '') return {};
  if (span !== 'between') {
    return { from: String(Math.floor(nowMs / 60_000) * 60_000 - Number(span) * DAY_MS) };
  }
  const [fromMs, toMs] = [from, to].map((text) => new Date(text).getTime());
  return {
    ...(Number.isFinite(fromMs) ? { from: String(fromMs) } : {}),
    ...(Number.isFinite(toMs) ? { to: String(toMs) } : {}),
  };
}
