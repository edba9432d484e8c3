/** The edge's log: one JSON object a line, as `wrangler tail` and workerd's own output hand it on. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Fields never hold keys, tokens, grants, or whole addresses of viewers. */
export function log(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
  console[level](JSON.stringify({ level, at: new Date().toISOString(), message, ...fields }));
}
