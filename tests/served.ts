/** A whole Shoal as `deno task serve` runs it, for tests: bare workerd and the origin as processes of their own. */
import { leashed } from '../scripts/leash.ts';
import { descendants, statOf } from './process-tree.ts';
import { keepLog } from './child-log.ts';
import { freePort } from './free-port.ts';

export interface Served {
  url: string;
  rtmpPort: number;
  adminToken: string;
  /** By which a proxy in front shows who it is. */
  proxySecret: string;
  pid: number;
  log(): string;
  /** Calls the admin API; throws on anything but success. */
  api(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** SIGTERM; answers the exit code, and which processes of it are still there. */
  stop(): Promise<{ code: number; left: number[] }>;
}

export interface ServeOptions {
  /** Folder that outlives a stop. */
  state: string;
  env?: Record<string, string>;
  flags?: string[];
  /** Put before the command, as `['taskset', '-c', '0']`. */
  under?: string[];
}

/** Starts it with a stand-in for the built pages, and waits until it says that it serves. */
export async function startServed(
  { state, env = {}, flags = [], under = [] }: ServeOptions,
): Promise<Served> {
  const [port, rtmpPort, originPort] = [freePort(), freePort(), freePort()];
  const pages = `${state}/pages-of-tests`;
  await Deno.mkdir(pages, { recursive: true });
  await Deno.writeTextFile(`${pages}/watch.html`, '<shoal-player></shoal-player>');
  const argv = [
    ...under,
    ...[Deno.execPath(), 'run', '-A', '--no-check', new URL('../scripts/serve.ts', import.meta.url).pathname],
    ...['--state', state, '--pages', pages, '--rtmp-host', '127.0.0.1'],
    ...['--port', `${port}`, '--rtmp-port', `${rtmpPort}`, '--origin-port', `${originPort}`, ...flags],
  ];
  const child = leashed(argv[0]!, {
    args: argv.slice(1),
    env,
    stdin: 'null',
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  const log = keepLog(child);
  let code: number | undefined;
  const exited = child.status.then((status) => code = status.code);
  const end = performance.now() + 60_000;
  while (!log.text().includes('Shoal serves')) {
    if (code !== undefined || performance.now() > end) {
      if (code === undefined) child.kill('SIGTERM');
      await exited;
      throw new Error(`serve did not come up:\n${log.text()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const url = `http://127.0.0.1:${port}`;
  const secrets = JSON.parse(await Deno.readTextFile(`${state}/secrets.json`)) as Record<string, string>;
  const adminToken = secrets.SHOAL_ADMIN_TOKEN!;
  return {
    url,
    rtmpPort,
    adminToken,
    proxySecret: secrets.SHOAL_TRUSTED_PROXY!,
    pid: child.pid,
    log: log.text,
    async api(method, path, body) {
      const answer = await fetch(`${url}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}` },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text ? JSON.parse(text) : {};
    },
    async stop() {
      const family = descendants(child.pid);
      if (code === undefined) child.kill('SIGTERM');
      await exited;
      await log.ended;
      return {
        code: code!,
        left: family.filter((pid) => statOf(pid) !== undefined && statOf(pid)![0] !== 'Z'),
      };
    },
  };
}
