/** Figures and times for people, beside those the player has. */
export { formatBytes, formatSeconds, percentOf } from '../player/format.ts';

/** `480 kbps`, `5.2 Mbps`. */
export function formatKbps(kbps: number): string {
  if (kbps < 999.5) return `${Math.round(kbps)} kbps`;
  const mbps = kbps / 1000;
  if (mbps < 999.5) return `${mbps < 9.95 ? mbps.toFixed(1) : Math.round(mbps)} Mbps`;
  return `${(mbps / 1000).toFixed(1)} Gbps`;
}

/** `1,284`, `12.4 k`: exact while it fits. */
export function formatCount(count: number): string {
  if (count < 100_000) return count.toLocaleString('en');
  return count < 999_500 ? `${Math.round(count / 1000)} k` : `${(count / 1e6).toFixed(2)} M`;
}

/** `840 ms`, `1.3 s`. */
export function formatMs(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
}

/** `just now`, `4 min`, `3 h 20 min`, `12 days`: a length of time, two parts at most. */
export function formatSpan(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return ms < 10_000 ? 'a moment' : `${Math.floor(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** In the reader's own time zone: `22 Nov, 20:41:09`; empty for what is no time. */
export function formatTime(at: string | number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  const month = date.toLocaleString('en', { month: 'short' });
  return `${date.getDate()} ${month}, ${two(date.getHours())}:${two(date.getMinutes())}:${
    two(date.getSeconds())
  }`;
}

/** `1 viewer`, `2 viewers`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
