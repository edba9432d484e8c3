/** The edge's log: one JSON object a line, as `wrangler tail` and workerd's own output hand it on. */

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = typeof LOG_LEVELS[number];

let least: LogLevel = 'info';

/** What SHOAL_LOG_LEVEL says: lines below it are not written. Anything unknown leaves it as it is. */
export function setLogLevel(level: string | undefined): void {
  least = LOG_LEVELS.find((known) => known === level) ?? least;
}

/** Fields never hold keys, tokens, grants, or whole addresses of viewers. */
export function log(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
  if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
  console[level](JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
}
