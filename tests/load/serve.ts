/**
 * Load on one box: a real broadcast by RTMP, N viewers seated with their sockets, some of which take their media from
 * the edge, all of Shoal's processes on one core.
 *
 *     deno run -A tests/load/serve.ts [--sockets 2000] [--fetchers 20] [--seconds 60] [--json FILE]
 */
import { parseArgs } from 'node:util';
import { FrameReader } from '../../protocol/frame.ts';
import { runMediaPath } from '../../protocol/media.ts';
import { startFeed } from '../feed.ts';
import { descendants, statOf } from '../process-tree.ts';
import { type Served, startServed } from '../served.ts';
import { type Arrival, arrive } from './joins.ts';

/** Joins under way at a time. */
const AT_ONCE = 32;
/** Viewers send something this often, one with another. */
const RENEW_EVERY_MS = 60_000;
const CLOCK_TICKS_PER_S = 100;

export interface ServeLoadOptions {
  sockets: number;
  /** Viewers without peers: each fetches every second of the broadcast from the edge. */
  fetchers: number;
  seconds: number;
}

export interface ServeLoadResult {
  sockets: number;
  /** Sockets still open at the end. */
  open: number;
  joinErrors: number;
  joinsPerSecond: number;
  /** Share of the one core, in percent, while all are seated. */
  cpuPercent: number;
  /** Resident memory of all processes at its largest, in megabytes. */
  memoryMB: number;
  runs: number;
  /** Runs that did not come whole. */
  runErrors: number;
  runP95Ms: number;
}

export async function loadServed(options: ServeLoadOptions): Promise<ServeLoadResult> {
  const state = await Deno.makeTempDir({ prefix: 'shoal-serve-load-' });
  const served = await startServed({ state, under: ['taskset', '-c', '0'] });
  const arrivals: Arrival[] = [];
  let feed: ReturnType<typeof startFeed> | undefined;
  try {
    const { streamKey } = await served.api('POST', '/channels', { name: 'load' });
    const publish = `rtmp://127.0.0.1:${served.rtmpPort}/live/load?key=${streamKey}`;
    feed = startFeed({ output: ['-f', 'flv', publish] });
    await live(served);
    const startedMs = performance.now();
    const joinErrors = await seatAll(served, options.sockets, arrivals);
    const joinsPerSecond = arrivals.length / (performance.now() - startedMs) * 1000;
    let open = arrivals.length;
    for (const { socket } of arrivals) socket.onclose = () => open--;
    const renewing = setInterval(() => {
      const { socket } = arrivals[Math.floor(Math.random() * arrivals.length)]!;
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ action: 'renew' }));
    }, RENEW_EVERY_MS / Math.max(1, arrivals.length));
    const before = cpuSeconds(served.pid);
    const measuredMs = performance.now();
    const until = performance.now() + options.seconds * 1000;
    let memoryMB = 0;
    const sampling = setInterval(() => memoryMB = Math.max(memoryMB, memoryOf(served.pid)), 1000);
    const fetched = await Promise.all(
      arrivals.slice(0, options.fetchers).map((arrival) => fetchRuns(served, arrival, until)),
    );
    clearInterval(sampling);
    clearInterval(renewing);
    const passedS = (performance.now() - measuredMs) / 1000;
    const took = fetched.flatMap(({ tookMs }) => tookMs).sort((a, b) => a - b);
    return {
      sockets: options.sockets,
      open,
      joinErrors,
      joinsPerSecond: Math.round(joinsPerSecond),
      cpuPercent: Math.round((cpuSeconds(served.pid) - before) / passedS * 100),
      memoryMB: Math.round(memoryMB),
      runs: took.length,
      runErrors: fetched.reduce((sum, { errors }) => sum + errors, 0),
      runP95Ms: Math.round(took[Math.floor(took.length * 0.95)] ?? 0),
    };
  } finally {
    for (const { socket } of arrivals) socket.close();
    await feed?.stop();
    await served.stop();
    await Deno.remove(state, { recursive: true });
  }
}

async function seatAll(served: Served, count: number, arrivals: Arrival[]): Promise<number> {
  let left = count;
  let errors = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) {
      const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']) as CryptoKeyPair;
      await arrive(served, 'load', pair, viewerAt(served, left)).then(
        (one) => arrivals.push(one),
        (error: Error) => {
          errors++;
          console.error(error.message);
        },
      );
    }
  }));
  return errors;
}

/** As a proxy would tell of a viewer at home (docs/deploy/Caddyfile): joins of one address alone are limited. */
function viewerAt({ proxySecret }: Served, number: number): Record<string, string> {
  const address = `10.0.${number >> 8}.${number & 255}`;
  return { 'shoal-proxy': proxySecret, 'shoal-client-address': address };
}

/** A viewer without peers: one run a second, a second behind the live edge. */
async function fetchRuns({ url }: Served, { answer, socket }: Arrival, untilMs: number) {
  const { broadcast, mediaPath } = answer;
  const tracks = broadcast.tracks.map(({ track }) => track);
  const tookMs: number[] = [];
  let errors = 0;
  let { value: grant } = answer.grant;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data as string);
    if (message.action === 'renewed') grant = message.grant.value;
  });
  for (let tick = 0; performance.now() < untilMs; tick++) {
    if (tick % 15 === 0) socket.send(JSON.stringify({ action: 'renew' }));
    const startedMs = performance.now();
    const second = Math.floor((Date.now() - broadcast.epochMs) / 1000) - 2;
    try {
      const body = await fetch(`${url}${runMediaPath(mediaPath, tracks, second)}?grant=${grant}`);
      const bytes = new Uint8Array(await body.arrayBuffer());
      const reader = new FrameReader();
      const isWhole = body.status === 200 && reader.push(bytes).length > 0 && reader.isWhole;
      // The broadcast may be younger than the first second that is asked for.
      if (!isWhole && tick > 2) errors++;
    } catch {
      errors++;
    }
    tookMs.push(performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedMs + 1000 - performance.now())));
  }
  return { tookMs, errors };
}

async function live(served: Served): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const { channel } = await served.api('GET', '/channels/load') as { channel: { state: string } };
    if (channel.state === 'live') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the channel did not go live:\n${served.log()}`);
}

/** Processor time of a process and all below it. */
function cpuSeconds(root: number): number {
  const ticks = [root, ...descendants(root)].map(statOf).map((stat) =>
    stat ? Number(stat[11]) + Number(stat[12]) : 0
  );
  return ticks.reduce((sum, one) => sum + one, 0) / CLOCK_TICKS_PER_S;
}

/** Resident memory of a process and all below it, in megabytes. */
function memoryOf(root: number): number {
  return [root, ...descendants(root)].reduce((sum, pid) => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      return sum + Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
    } catch {
      return sum;
    }
  }, 0);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      sockets: { type: 'string', default: '2000' },
      fetchers: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '60' },
      json: { type: 'string' },
    },
  });
  const result = await loadServed({
    sockets: Number(values.sockets),
    fetchers: Number(values.fetchers),
    seconds: Number(values.seconds),
  });
  console.table([result]);
  if (values.json) await Deno.writeTextFile(values.json, JSON.stringify({ rows: [result] }, undefined, 2));
}
