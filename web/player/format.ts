/** Numbers for people. */

/** `0 B`, `820 kB`, `12.4 MB`, `1.02 GB`: decimal units, three digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${units[unit]}`;
}

/** `1.5 s`, `12 s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** `0:07`, `12:30`: a length of time. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** The share of the whole, rounded down so that 100 % means all of it; undefined when there is nothing. */
export function percentOf(part: number, rest: number): number | undefined {
  const whole = part + rest;
  return whole > 0 ? Math.floor(part / whole * 100) : undefined;
}

function threeDigits(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}
