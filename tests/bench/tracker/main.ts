/**
 * `deno task bench:tracker`: our edge under workerd beside bittorrent-tracker, one after the other in one run, under
 * the same load. The figures are described in docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { report, type Row } from '../table.ts';
import { type JoinCost, stockJoins, targetedJoins } from './joins.ts';
import { hexOf, idleBytesPerPeer, loadTracker } from './load.ts';
import { startBittorrentTracker, startShoal, type Tracker } from './systems.ts';

const INFO_HASH = 'b'.repeat(20);

const { values } = parseArgs({
  args: Deno.args,
  options: {
    peers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: '64' },
    neighbours: { type: 'string', default: '20' },
    idle: { type: 'string', default: '0' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:tracker [options]

  --peers N        sockets that announce, at most 1000 (default 1000)
  --seconds N      measured seconds of each system (default 20)
  --at-once N      announces under way at a time (default 64)
  --neighbours N   neighbours that a stock newcomer wants (default 20, as many as Shoal's peers hold)
  --idle N         then N sockets that announced once, 1000 to a swarm: memory of each (default 0: left out)
  --json FILE      also write {"rows": [...]}`);
  Deno.exit(0);
}
const peers = Number(values.peers);
const idle = Number(values.idle);

const rows: Row[] = [];
const shoal = await startShoal();
try {
  const targeted = await targetedJoins(shoal.edge);
  rows.push(...await measure(shoal, targeted));
  console.log(
    `shoal: ${targeted.neighbours} neighbours by targeted offers; the HTTP join beside it: ` +
      `${targeted.httpBytesPerJoin} bytes of bodies`,
  );
} finally {
  await shoal.stop();
}
const other = await startBittorrentTracker();
try {
  rows.push(...await measure(other, await stockJoins(other, Number(values.neighbours))));
} finally {
  await other.stop();
}
await report(rows, values.json);
Deno.exit(0);

async function measure(tracker: Tracker, { bytesPerJoin }: JoinCost): Promise<Row[]> {
  const url = await tracker.announceUrl(hexOf(INFO_HASH));
  const load = await loadTracker(tracker, {
    infoHash: INFO_HASH,
    url,
    peers,
    seconds: Number(values.seconds),
    atOnce: Number(values['at-once']),
  });
  const row: Row = { system: tracker.name, ...load, bytesPerJoin };
  if (idle === 0) return [row];
  return [row, {
    system: `${tracker.name}, ${idle} idle`,
    bytesPerPeer: await idleBytesPerPeer(tracker, idle),
  }];
}
