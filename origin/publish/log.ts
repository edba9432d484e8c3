/**
 * Structured log lines: one JSON object a line on stderr, `time`, `level` and `message` as the edge writes them.
 * Fields never hold keys, tokens or grants.
 */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Record<string, string | number | boolean | undefined>;
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that writes lines of at least `least` through `write`. */
export function createLog(least: LogLevel, write: (line: string) => void): Log {
  return (level, message, fields = {}) => {
    if (RANK[level] < RANK[least]) return;
    write(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }));
  };
}
