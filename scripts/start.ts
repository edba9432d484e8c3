/**
 * `deno task start`: edge, origin and a test broadcast on this machine, until Ctrl-C.
 *
 * Installs what is missing, builds the player, starts the parts in order, waits until each is healthy and prints
 * where to watch and where to publish.
 */
import { parseArgs } from 'node:util';
import { launchers, whenToldToStop } from './ancestors.ts';
import { addressesOfThisMachine, certificate } from './certificate.ts';
import { demoArguments } from './demo.ts';
import { ensureChannel } from './local-channel.ts';
import { ensure, FFMPEG } from './packages.ts';
import { pathOf, ROOT, STATE_DIR } from './paths.ts';
import { freeOrExplain, portsFrom } from './ports.ts';
import { Part, run } from './process.ts';
import { loadSecrets } from './secrets.ts';

const HELP = `deno task start [options]

Starts edge, origin and a test broadcast on this machine. Ctrl-C stops all of it.

  --no-demo          no test broadcast: push your own to the RTMP address that is printed
  --https            serve with a self-signed certificate, for browsers on other machines
  --host ADDRESS     listen on this address (default 127.0.0.1; with --https 0.0.0.0)
  --channel NAME     name of the channel (default demo)
  --port N           edge: pages, API, signaling, media (default 8787)
  --rtmp-port N      RTMP ingest (default 1935)
  --origin-port N    the origin's own /metrics and /healthz, always on 127.0.0.1 (default 8788)
`;

const { values: flags } = readFlags();
if (flags.help) {
  console.log(HELP);
  Deno.exit(0);
}

const parts: Part[] = [];
let stopping: Promise<void> | undefined;
/** Stops the parts, last started first, and ends this process. */
function stop(code: number): Promise<void> {
  return stopping ??= (async () => {
    console.log('\nstopping …');
    for (const part of parts.toReversed()) await part.stop();
    Deno.exit(code);
  })();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  Deno.addSignalListener(signal, () => void stop(0));
}
whenToldToStop(launchers(), () => void stop(0));

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  await stop(1);
}

async function main(): Promise<void> {
  const ports = portsFrom(flags);
  const host = flags.host ?? (flags.https ? '0.0.0.0' : '127.0.0.1');
  const channel = flags.channel ?? 'demo';
  freeOrExplain(ports, host);
  if (!flags['no-demo']) await ensure([FFMPEG], console.log);

  const secrets = await loadSecrets();
  await step('building the player', [Deno.execPath(), 'run', '-A', 'scripts/build.ts']);
  const tls = flags.https ? await certificate() : undefined;
  const scheme = tls ? 'https' : 'http';
  const local = `${scheme}://localhost:${ports.edge}`;

  begin('edge', ['scripts/edge.ts'], {
    ...secrets,
    EDGE_HOST: host,
    EDGE_PORT: String(ports.edge),
    // One line for each call of the dashboard would carry the addresses below out of sight.
    SHOAL_LOG_LEVEL: Deno.env.get('SHOAL_LOG_LEVEL') ?? 'warn',
    ...(tls ? { EDGE_TLS_KEY: tls.keyFile, EDGE_TLS_CERT: tls.certFile } : {}),
  });
  const client = tls ? Deno.createHttpClient({ caCerts: [tls.cert] }) : undefined;
  await healthy('edge', `${local}/healthz`, client);
  const key = await ensureChannel({ url: local, channel, adminToken: secrets.SHOAL_ADMIN_TOKEN, client });

  begin('origin', ['origin/main.ts'], {
    SHOAL_ORIGIN_SECRET: secrets.SHOAL_ORIGIN_SECRET,
    SHOAL_EDGE_URL: local,
    SHOAL_RTMP_HOST: host,
    SHOAL_RTMP_PORT: String(ports.rtmp),
    SHOAL_ORIGIN_HTTP_PORT: String(ports.origin),
    ...(tls ? { DENO_CERT: tls.certFile } : {}),
  });
  await healthy('origin', `http://127.0.0.1:${ports.origin}/healthz`);

  const publishUrl = `rtmp://127.0.0.1:${ports.rtmp}/live/${channel}?key=${key}`;
  if (!flags['no-demo']) {
    const demo = new Part('demo', ['ffmpeg', ...demoArguments(publishUrl)], { print: console.log });
    watch(demo);
    await live(`${local}/api/channels/${channel}`, secrets.SHOAL_ADMIN_TOKEN, client);
  }
  const shown = host === '127.0.0.1' ? 'localhost' : host === '0.0.0.0' ? Deno.hostname() : host;
  const byAddress = host === '0.0.0.0' ? addressesOfThisMachine() : [];
  console.log(`
Shoal is up.

  watch       ${scheme}://${shown}:${ports.edge}/watch/${channel}${
    byAddress.map((address) => `
              ${scheme}://${address}:${ports.edge}/watch/${channel}`).join('')
  }
  dashboard   ${scheme}://${shown}:${ports.edge}/admin#token=${secrets.SHOAL_ADMIN_TOKEN}
              (the link signs you in: who has it is the owner)
  API         ${scheme}://${shown}:${ports.edge}/api/channels   (bearer token in ${
    pathOf(new URL('secrets.json', STATE_DIR))
  })

  publish     OBS: Settings, Stream, Custom
              server       rtmp://${shown}:${ports.rtmp}/live
              stream key   ${channel}?key=${key}
              ffmpeg       -f flv "rtmp://${shown}:${ports.rtmp}/live/${channel}?key=${key}"
${
    flags['no-demo'] ? '' : `
A test broadcast is running; start with --no-demo to push your own to this channel.`
  }${
    tls
      ? `
The certificate is self-signed: the browser asks once whether to trust it.`
      : ''
  }
Ctrl-C stops everything.`);
}

function readFlags() {
  try {
    return parseArgs({
      args: Deno.args,
      options: {
        'no-demo': { type: 'boolean' },
        https: { type: 'boolean' },
        host: { type: 'string' },
        channel: { type: 'string' },
        port: { type: 'string' },
        'rtmp-port': { type: 'string' },
        'origin-port': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    Deno.exit(2);
  }
}

/** Starts one of our own programs as a part. */
function begin(name: string, script: string[], env: Record<string, string>): void {
  watch(
    new Part(name, [Deno.execPath(), 'run', '-A', ...script], { env, cwd: pathOf(ROOT), print: console.log }),
  );
}

/** A part that ends by itself takes the others with it: half a Shoal is worse than none. */
function watch(part: Part): void {
  parts.push(part);
  part.exited.then((code) => {
    if (stopping) return;
    console.error(`\n${part.name} ended with code ${code}; its last lines are above.`);
    void stop(1);
  });
}

async function step(title: string, argv: string[]): Promise<void> {
  console.log(title);
  const { success, output } = await run(argv, { cwd: pathOf(ROOT) });
  if (!success) throw new Error(`${title} failed:\n${output}`);
}

/** Waits until the URL answers 200. */
function healthy(name: string, url: string, client?: Deno.HttpClient): Promise<void> {
  return until(`${name} is healthy`, async () => {
    const answer = await fetch(url, { client });
    await answer.body?.cancel();
    return answer.ok;
  });
}

function live(url: string, token: string, client?: Deno.HttpClient): Promise<void> {
  return until('the test broadcast is live', async () => {
    const answer = await fetch(url, { client, headers: { authorization: `Bearer ${token}` } });
    const { channel } = await answer.json() as { channel?: { state: string } };
    return channel?.state === 'live';
  });
}

async function until(what: string, holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < end && !stopping) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (!stopping) throw new Error(`waited ${withinMs / 1000} s until ${what}${last ? `: ${last}` : ''}`);
}
