/** The one way in which tests wait: for a condition, by asking again, with a limit. */

export interface Patience<T> {
  /** Default 30 s. */
  withinMs?: number;
  /** Whether what was seen is what is waited for; default: whether it is anything at all. */
  holds?: (seen: T) => boolean;
  /** What to show instead of the last thing seen when it does not come about. */
  show?: () => unknown;
}

/**
 * Asks `look` until its answer holds, and answers that. An error on the way (a part is down) counts as nothing yet.
 * Throws when time is up: what was waited for, and what was seen last.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  { withinMs = 30_000, holds = Boolean, show }: Patience<T> = {},
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + withinMs;
  for (;;) {
    let last: string;
    try {
      const seen = await look();
      if (holds(seen)) return seen as Exclude<T, undefined | null | false>;
      last = `last seen: ${textOf(show ? show() : seen)}`;
    } catch (error) {
      last = `the last look failed: ${error}`;
    }
    if (performance.now() > end) throw new Error(`waited ${withinMs / 1000} s until ${what}; ${last}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function textOf(seen: unknown): string {
  return typeof seen === 'string' ? seen : JSON.stringify(seen, null, 1);
}
