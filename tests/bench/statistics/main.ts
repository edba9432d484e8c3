/**
 * `deno task bench:statistics`: what statistics cost in billed requests per viewer-hour, counted in real workerd over
 * real time, with viewers' real reporter on real sockets. The columns are described in docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { FromPeer } from '../../../protocol/from-peer.ts';
import { standardEnvironment } from '../../../web/peer/environment.ts';
import { Reporter } from '../../../web/peer/reporter.ts';
import { emptyStats } from '../../../web/peer/viewer-stats.ts';
import { type Edge, EDGE_SECRETS, startEdge } from '../../edge.ts';
import { type Arrival, arrive } from '../../load/joins.ts';
import { putOnAir } from '../../on-air.ts';
import { report, type Row } from '../table.ts';

const MESSAGES_PER_REQUEST = 20;
const CHANNEL = 'counted';

const { values } = parseArgs({
  args: Deno.args,
  options: {
    viewers: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '10' },
    visit: { type: 'string', default: '10' },
    'shard-size': { type: 'string', default: '2000' },
    watched: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:statistics [options]

  --viewers N       who watch at a time (default 200)
  --minutes N       measured time; two quiet reports take ten (default 10)
  --visit N         minutes of a visit; whoever leaves is followed by another; 0: nobody leaves (default 10)
  --shard-size N    (default 2000)
  --watched         a dashboard looks all the time
  --json FILE       also write {"rows": [...]}`);
  Deno.exit(0);
}
const [viewers, minutes, visit] = [Number(values.viewers), Number(values.minutes), Number(values.visit)];

const edge = await startEdge({
  entry: 'worker/testing/counted-worker.ts',
});
const air = await putOnAir(edge, CHANNEL, { shardSize: Number(values['shard-size']) });
const closers: (() => void)[] = [];
for (let i = 0; i < viewers; i++) closers.push(await watch(edge));
const dashboard = values.watched ? await look(edge) : undefined;
const before = await countsOf(edge);
const startedMs = performance.now();
let joins = 0;
while (performance.now() - startedMs < minutes * 60_000) {
  const churnMs = visit === 0 ? Infinity : visit * 60_000 / viewers;
  await new Promise((resolve) => setTimeout(resolve, Math.min(1000, churnMs)));
  if (visit === 0 || (joins + 1) * churnMs > performance.now() - startedMs) continue;
  closers.shift()!();
  closers.push(await watch(edge));
  joins++;
}
const hours = (performance.now() - startedMs) / 3_600_000;
const after = await countsOf(edge);
const counted = Object.fromEntries(
  Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]).filter(([, n]) =>
    n !== 0
  ),
) as Record<string, number>;
console.log(counted);

const messages = (counted.reports ?? 0) + (counted['Board.webSocketMessage'] ?? 0);
const calls = Object.entries(counted)
  .filter(([name]) => name !== 'reports' && name !== 'Board.webSocketMessage')
  .reduce((sum, [, count]) => sum + count, 0);
const viewerHours = viewers * hours;
const row: Row = {
  viewers,
  visitMinutes: visit,
  watched: values.watched ? 'yes' : 'no',
  joins,
  reports: counted.reports ?? 0,
  shardWords: counted['Report.tellShard'] ?? 0,
  calls,
  requestsPerViewerHour: (messages / MESSAGES_PER_REQUEST + calls) / viewerHours,
  ofItPerViewer: messages / MESSAGES_PER_REQUEST / viewerHours,
  ofItPerChannelHour: calls / hours,
};
await report([row], values.json);
dashboard?.close();
air.leave();
for (const close of closers) close();
await edge.stop();
Deno.exit(0);

/** A viewer's seat with its reporter; answers what ends the visit. */
async function watch(on: Edge): Promise<() => void> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']) as CryptoKeyPair;
  const { socket, welcome }: Arrival = await arrive(on, CHANNEL, pair);
  const stats = emptyStats();
  const reporter = new Reporter({
    environment: standardEnvironment(),
    stats: () => ({ ...stats, edgeBytes: stats.edgeBytes += 1000, peers: 6 }),
    playback: () => ({ stalls: 0, stallMs: 0, latencyMs: 1300, bufferMs: 900, startupMs: 500 }),
    uploadKbps: () => 2000,
    parents: () => [],
    tell: (message: FromPeer) => {
      if (socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
  });
  reporter.pace(welcome.reportEveryMs, welcome.reportPhaseMs);
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data as string);
    if (message.action === 'pace') reporter.pace(message.reportEveryMs, message.reportPhaseMs);
  };
  return () => {
    reporter.report();
    reporter.close();
    socket.close();
  };
}

/** A dashboard that has the channel open. */
async function look(on: Edge): Promise<WebSocket> {
  const answer = await fetch(`${on.url}/api/live/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${EDGE_SECRETS.SHOAL_ADMIN_TOKEN}` },
  });
  const { ticket } = await answer.json() as { ticket: string };
  const socket = new WebSocket(
    `${on.url.replace('http', 'ws')}/api/live?ticket=${encodeURIComponent(ticket)}`,
  );
  await new Promise((resolve) => socket.onopen = resolve);
  socket.send(JSON.stringify({ type: 'watch', channel: CHANNEL }));
  return socket;
}

async function countsOf(on: Edge): Promise<Record<string, number>> {
  return await (await fetch(`${on.url}/bench/counts`)).json() as Record<string, number>;
}
