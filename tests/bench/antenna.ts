/**
 * `deno task bench:antenna`: what the antenna costs in CPU and memory for each stream that it receives and serves.
 *
 * One encoder feeds all channels. A second antenna on the same channels is the peer that is given to and taken from; the
 * first one is measured, by what the kernel counts for its process, with an HLS player's requests for each channel.
 */
import { parseArgs } from 'node:util';
import { startAntenna } from '../antenna.ts';
import { startFeed } from '../feed.ts';
import { statOf } from '../process-tree.ts';
import { startStack } from '../stack.ts';
import { report, type Row } from './table.ts';
import { until } from '../until.ts';

const { values } = parseArgs({
  args: Deno.args,
  options: {
    channels: { type: 'string', default: '1,4' },
    kbps: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:antenna [options]

  --channels A,B   how many channels at once (default 1,4)
  --kbps N         of each (default 500)
  --seconds S      measured for each (default 20)
  --json FILE      also write {"rows": [...]}`);
  Deno.exit(0);
}

/** Clock ticks of /proc, a second. */
const TICKS = 100;
const SEGMENT_MS = 2000;

interface Status {
  state: string;
  stats: { peers: number; peerBytes: number; edgeBytes: number; uploadBytes: number };
}

const rows: Row[] = [];
for (const count of values.channels.split(',').map(Number)) rows.push(await measure(count));
await report(rows, values.json);
Deno.exit(0);

async function measure(count: number): Promise<Row> {
  const names = Array.from({ length: count }, (_, i) => `bench${i}`);
  const stack = await startStack({ channels: names.map((name) => ({ name })) });
  const outputs = names.map((name) => `[f=flv:onfail=ignore]${stack.publishUrl(name)}`).join('|');
  const feed = startFeed({
    output: ['-flags', '+global_header', '-f', 'tee', outputs],
    videoKbps: Number(values.kbps) - 64,
  });
  const addresses = names.map((name) => `${stack.edge.url}/watch/${name}`);
  const [measured, other] = [
    await startAntenna([...addresses, '--port', '0']),
    await startAntenna([...addresses, '--port', '0']),
  ];
  const status = async () =>
    (await (await fetch(`${measured.url}/healthz`)).json() as { channels: Status[] }).channels;
  const sum = async (what: 'peerBytes' | 'edgeBytes' | 'uploadBytes') =>
    (await status()).reduce((total, { stats }) => total + stats[what], 0);
  try {
    await until('every channel has its peer', status, {
      withinMs: 60_000,
      holds: (channels) => channels.every(({ state, stats }) => state === 'live' && stats.peers > 0),
    });
    const players = names.map((name) => setInterval(() => void play(measured.url, name), SEGMENT_MS));
    const [cpu, uploaded, fromPeers, fromEdge] = [
      cpuSeconds(measured.pid),
      await sum('uploadBytes'),
      await sum('peerBytes'),
      await sum('edgeBytes'),
    ];
    const startedMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1000));
    const seconds = (performance.now() - startedMs) / 1000;
    const used = cpuSeconds(measured.pid) - cpu;
    for (const player of players) clearInterval(player);
    const kbps = (bytes: number) => (bytes * 8) / 1000 / seconds;
    return {
      channels: count,
      seconds,
      cpuPercentOfACore: (100 * used) / seconds,
      memoryMB: memoryMB(measured.pid),
      fromPeersKbps: kbps(await sum('peerBytes') - fromPeers),
      fromEdgeKbps: kbps(await sum('edgeBytes') - fromEdge),
      uploadKbps: kbps(await sum('uploadBytes') - uploaded),
    };
  } finally {
    await measured.stop();
    await other.stop();
    await feed.stop();
    await stack.stop();
  }
}

/** What a player of plain HLS asks for every segment: the lists and the newest segment of each track. */
async function play(url: string, name: string): Promise<void> {
  for (const track of [0, 1]) {
    const list = await (await fetch(`${url}/${name}/${track}.m3u8`)).text();
    const newest = list.split('\n').findLast((line) => line.endsWith('.m4s'));
    if (newest) await (await fetch(`${url}/${name}/${newest}`)).arrayBuffer();
  }
}

/** User and system time of the process. */
function cpuSeconds(pid: number): number {
  const stat = statOf(pid)!;
  return (Number(stat[11]) + Number(stat[12])) / TICKS;
}

function memoryMB(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1000;
}
