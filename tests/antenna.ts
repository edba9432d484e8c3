/** The antenna as a process of its own, for tests. */
import { leashed } from '../scripts/leash.ts';
import { keepLog } from './child-log.ts';

export interface Antenna {
  /** `http://127.0.0.1:port`. */
  url: string;
  pid: number;
  /** What it printed so far. */
  log(): string;
  /** Settles with its exit code. */
  ended: Promise<number>;
  stop(): Promise<number>;
}

/** Starts it and waits until it says where it serves, if it serves at all. */
export async function startAntenna(args: string[]): Promise<Antenna> {
  const child = leashed(Deno.execPath(), {
    args: ['run', '-A', '--no-check', new URL('../web/antenna/main.ts', import.meta.url).pathname, ...args],
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  let url = '';
  const told = Promise.withResolvers<void>();
  const log = keepLog(child, (text) => {
    url ||= /(http:\/\/[\d.:]+)\/channels\.m3u/.exec(text)?.[1] ?? '';
    if (url || /^lending/m.test(text)) told.resolve();
  });
  const ended = child.status.then(async ({ code }) => {
    await log.ended;
    told.resolve();
    return code;
  });
  await told.promise;
  return {
    url,
    pid: child.pid,
    log: log.text,
    ended,
    async stop() {
      try {
        child.kill('SIGTERM');
      } catch { /* it is gone already */ }
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
  };
}
