/** The origin as a process of its own, for tests. */
import { leashed } from '../scripts/leash.ts';
import { EDGE_SECRETS } from './edge.ts';
import { keepLog } from './child-log.ts';
import { freePort } from './free-port.ts';

export interface Origin {
  readonly pid: number;
  readonly rtmpPort: number;
  readonly httpPort: number;
  /** What it logged so far (the last 64 KB). */
  log(): string;
  /** SIGTERM, or SIGKILL for a machine that loses power. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface OriginOptions {
  edgeUrl: string;
  rtmpPort?: number;
  httpPort?: number;
}

/** Starts it and waits until it is healthy. */
export async function startOrigin(options: OriginOptions): Promise<Origin> {
  const { edgeUrl, rtmpPort = freePort(), httpPort = freePort() } = options;
  const child = leashed(Deno.execPath(), {
    args: ['run', '-A', '--no-check', new URL('../origin/main.ts', import.meta.url).pathname],
    env: {
      SHOAL_EDGE_URL: edgeUrl,
      SHOAL_ORIGIN_SECRET: EDGE_SECRETS.SHOAL_ORIGIN_SECRET,
      SHOAL_RTMP_HOST: '127.0.0.1',
      SHOAL_RTMP_PORT: String(rtmpPort),
      SHOAL_ORIGIN_HTTP_PORT: String(httpPort),
    },
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  const log = keepLog(child);
  let code: number | undefined;
  const exited = child.status.then((status) => code = status.code);
  const origin: Origin = {
    pid: child.pid,
    rtmpPort,
    httpPort,
    log: log.text,
    async stop(signal = 'SIGTERM') {
      if (code === undefined) {
        child.kill(signal);
        const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
        await exited;
        clearTimeout(timer);
      }
      await log.ended;
    },
  };
  const end = performance.now() + 20_000;
  while (performance.now() < end) {
    if (code !== undefined) throw new Error(`the origin ended with code ${code}:\n${log.text()}`);
    try {
      const answer = await fetch(`http://127.0.0.1:${httpPort}/healthz`);
      await answer.body?.cancel();
      if (answer.ok) return origin;
    } catch { /* not listening yet */ }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await origin.stop('SIGKILL');
  throw new Error(`the origin was not healthy within 20 s:\n${log.text()}`);
}
