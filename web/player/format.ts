/** Numbers for people, with the decimal sign of their language. */

/** `0 B`, `820 kB`, `12.4 MB`, `1.02 GB`: decimal units, three digits. */
export function formatBytes(bytes: number, language = 'en'): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return `${formatDecimal(value, digits, language)} ${units[unit]}`;
}

/** `1.5 s`, `12 s`. */
export function formatSeconds(seconds: number, language = 'en'): string {
  return `${formatDecimal(seconds, seconds < 9.95 ? 1 : 0, language)} s`;
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

/** So many digits after the decimal sign, never a sign between thousands. */
export function formatDecimal(value: number, digits: number, language = 'en'): string {
  const text = value.toFixed(digits);
  return language === 'en' ? text : text.replace('.', ',');
}
