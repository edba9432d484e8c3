/**
 * `deno task serve`: all of Shoal on one machine without a cloud account. workerd itself (no developer's tool around
 * it) runs the edge with its objects on local disk; the origin runs beside it. Meant to stand behind a proxy that
 * speaks TLS, and to be started with the machine (docs/deploy-one-box.md).
 */
import { parseArgs } from 'node:util';
import { WORKERD } from './serve/workerd-binary.ts';
import { launchers, whenToldToStop } from './ancestors.ts';
import { pathOf, ROOT, STATE_DIR } from './paths.ts';
import { freeOrExplain, portsFrom } from './ports.ts';
import { Part } from './process.ts';
import { loadSecrets } from './secrets.ts';
import { addressOf, isLoopback } from './serve/address.ts';
import { prepare } from './serve/prepare.ts';

const HELP = `deno task serve [options]

Runs a whole Shoal on this machine until SIGTERM or Ctrl-C: the edge in workerd, and the origin.

  --state FOLDER       objects, recordings and secrets (default $STATE_DIRECTORY, else .shoal/serve)
  --host ADDRESS       the edge listens here (default 127.0.0.1: a proxy with TLS stands in front)
  --port N             edge: pages, API, signaling, media (default 8787)
  --rtmp-host ADDRESS  RTMP ingest listens here (default 0.0.0.0)
  --rtmp-port N        RTMP ingest (default 1935)
  --origin-port N      the origin's own /metrics and /healthz, always on 127.0.0.1 (default 8788)
  --pages FOLDER       serve these built pages (default: they are built at each start)
  --no-origin          the edge alone: origins run elsewhere (docs/origin-box.md)

Settings come from the environment, as SHOAL_ICE_SERVERS. Secrets do too; those that are not set are made at the
first start and kept in FOLDER/secrets.json, readable by this user only.
`;

const { values: flags } = readFlags();
if (flags.help) {
  console.log(HELP);
  Deno.exit(0);
}

const parts: Part[] = [];
let stopping: Promise<void> | undefined;
/** workerd waits for every open connection to end, and viewers' sockets do not: what is kept is on disk by then. */
const GRACE_MS = 1000;

/** Stops the parts, last started first: the origin says goodbye while the edge still listens. */
function stop(code: number): Promise<void> {
  return stopping ??= (async () => {
    for (const part of parts.toReversed()) await part.stop(part.name === 'edge' ? GRACE_MS : undefined);
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
  console.error(`${error instanceof Error ? error.message : error}`);
  await stop(1);
}

async function main(): Promise<void> {
  const ports = portsFrom(flags);
  const host = flags.host ?? '127.0.0.1';
  const rtmpHost = flags['rtmp-host'] ?? '0.0.0.0';
  freeOrExplain(ports, host);
  const state = folderUrl(
    flags.state ?? Deno.env.get('STATE_DIRECTORY') ?? pathOf(new URL('serve/', STATE_DIR)),
  );
  const secrets = await loadSecrets(new URL('secrets.json', state), ['SHOAL_TRUSTED_PROXY']);
  const settings = Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => name.startsWith('SHOAL_')),
  );
  const variables = {
    // Without a proxy the address of a viewer is its socket's.
    ...(isLoopback(host) ? {} : { SHOAL_TRUST_SOCKET: '1' }),
    ...settings,
    ...secrets,
  };
  const config = await prepare({
    state,
    address: addressOf(host, ports.edge),
    ...(flags.pages === undefined ? {} : { pages: folderUrl(flags.pages) }),
    variables,
  });
  begin('edge', [WORKERD, 'serve', config], variables);
  const local = `http://${addressOf(isLoopback(host) ? host : '127.0.0.1', ports.edge)}`;
  await healthy('the edge', `${local}/healthz`);
  if (!flags['no-origin']) {
    begin('origin', [Deno.execPath(), 'run', '-A', '--no-check', pathOf(new URL('origin/main.ts', ROOT))], {
      SHOAL_ORIGIN_ID: 'origin-of-this-box',
      ...settings,
      SHOAL_ORIGIN_SECRET: secrets.SHOAL_ORIGIN_SECRET,
      SHOAL_EDGE_URL: local,
      SHOAL_RTMP_HOST: rtmpHost,
      SHOAL_RTMP_PORT: String(ports.rtmp),
      SHOAL_ORIGIN_HTTP_PORT: String(ports.origin),
    });
    await healthy('the origin', `http://127.0.0.1:${ports.origin}/healthz`);
  }
  console.log(
    `Shoal serves ${local}${flags['no-origin'] ? '' : `, RTMP on ${addressOf(rtmpHost, ports.rtmp)}`}
secrets are in ${pathOf(new URL('secrets.json', state))}`,
  );
}

function readFlags() {
  try {
    return parseArgs({
      args: Deno.args,
      options: {
        state: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        'rtmp-host': { type: 'string' },
        'rtmp-port': { type: 'string' },
        'origin-port': { type: 'string' },
        pages: { type: 'string' },
        'no-origin': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    Deno.exit(2);
  }
}

function folderUrl(path: string): URL {
  const absolute = path.startsWith('/') ? path : `${Deno.cwd()}/${path}`;
  return new URL(`file://${encodeURI(absolute.replace(/\/*$/, '/'))}`);
}

/** A part that ends by itself takes the others with it: whoever started us starts all of it again. */
function begin(name: string, argv: string[], env: Record<string, string>): void {
  const part = new Part(name, argv, { env, cwd: pathOf(ROOT), print: console.log });
  parts.push(part);
  part.exited.then((code) => {
    if (stopping) return;
    console.error(`${name} ended with code ${code}`);
    void stop(1);
  });
}

/** Waits until the URL answers 200. */
async function healthy(name: string, url: string, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!stopping) {
    try {
      const answer = await fetch(url);
      await answer.body?.cancel();
      if (answer.ok) return;
    } catch { /* it does not listen yet */ }
    if (performance.now() > end) throw new Error(`${name} was not healthy within ${withinMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
