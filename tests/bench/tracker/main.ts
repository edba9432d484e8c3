/**
 * `deno task bench:tracker`: our edge under workerd beside bittorrent-tracker, one after the other in one run, under
 * the same load. The figures are described in docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { report, type Row } from '../table.ts';
import { startBareObject } from './bare.ts';
import { stockJoins, targetedJoins } from './joins.ts';
import { hexOf, idleBytesPerPeer, type LoadResult, loadTracker } from './load.ts';
import { startBittorrentTracker, startShoal, type Tracker } from './systems.ts';

const INFO_HASH = 'b'.repeat(20);

const { values } = parseArgs({
  args: Deno.args,
  options: {
    peers: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: '256' },
    neighbours: { type: 'string', default: '20' },
    idle: { type: 'string', default: '0' },
    floor: { type: 'boolean' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:tracker [options]

  --peers N        sockets that announce, at most 1000 (default 1000)
  --seconds N      measured seconds of each system (default 20)
  --at-once N      announces under way at a time (default 256)
  --neighbours N   neighbours that a stock newcomer wants (default 20, as many as Shoal's peers hold)
  --idle N         then N sockets that announced once, 1000 to a swarm: memory of each (default 0: left out)
  --floor          also an object in workerd that makes six frames of an announce without reading it
  --json FILE      also write {"rows": [...]}`);
  Deno.exit(0);
}
const peers = Number(values.peers);
const idle = Number(values.idle);

const rows: Row[] = [];
await withTracker(startShoal, async (shoal) => {
  const load = await measure(shoal);
  const { bytesPerJoin, neighbours, httpBytesPerJoin } = await targetedJoins(shoal.edge);
  rows.push({ system: shoal.name, ...load, bytesPerJoin });
  console.log(
    `shoal: ${neighbours} neighbours by targeted offers; the HTTP join beside it: ${httpBytesPerJoin} bytes of bodies`,
  );
});
await withTracker(startBittorrentTracker, async (other) => {
  const load = await measure(other);
  const { bytesPerJoin } = await stockJoins(other, Number(values.neighbours));
  rows.push({ system: other.name, ...load, bytesPerJoin });
});
if (values.floor) {
  await withTracker(startBareObject, async (bare) => {
    rows.push({ system: bare.name, ...await measure(bare) });
  });
}
if (idle > 0) {
  for (const start of [startShoal, startBittorrentTracker]) {
    await withTracker<Tracker>(start, async (tracker) => {
      const bytesPerPeer = await idleBytesPerPeer(tracker, idle);
      rows.push({ system: `${tracker.name}, ${idle} idle`, bytesPerPeer });
    });
  }
}
await report(rows, values.json);
Deno.exit(0);

/** Each measurement has fresh processes: what an earlier one left in memory would be taken for little use of it. */
async function withTracker<T extends Tracker>(
  start: () => Promise<T>,
  run: (tracker: T) => Promise<void>,
): Promise<void> {
  const tracker = await start();
  try {
    await run(tracker);
  } finally {
    await tracker.stop();
  }
}

async function measure(tracker: Tracker): Promise<LoadResult> {
  return await loadTracker(tracker, {
    infoHash: INFO_HASH,
    url: await tracker.announceUrl(hexOf(INFO_HASH)),
    peers,
    seconds: Number(values.seconds),
    atOnce: Number(values['at-once']),
  });
}
