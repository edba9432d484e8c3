/**
 * `deno task bench:crowd`: as many headless viewers as the machine carries, on a whole Shoal with a real encoder.
 * The figures are described in docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { startFeed } from '../../feed.ts';
import { startStack } from '../../stack.ts';
import { untilOnAir } from '../until-on-air.ts';
import { report } from '../table.ts';
import { runCrowd } from './crowd.ts';
import { crowdRow, hopRows } from './summary.ts';
import { dealUplinks, PROFILES } from './uplinks.ts';

const STREAM = { videoKbps: 440, audioKbps: 64 };

const { values } = parseArgs({
  args: Deno.args,
  options: {
    viewers: { type: 'string', default: '50' },
    processes: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '60' },
    settle: { type: 'string', default: '20' },
    'joins-per-s': { type: 'string', default: '2' },
    uplinks: { type: 'string', default: PROFILES[0]!.name },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:crowd [options]

  --viewers N        headless viewers (default 50)
  --processes N      processes they are spread over (default 2)
  --seconds N        measured seconds (default 60)
  --settle N         seconds between the last join and the measurement (default 20)
  --joins-per-s N    arrivals a second (default 2)
  --uplinks NAME     upload budgets: ${PROFILES.map(({ name }) => name).join(', ')} (default ${
    PROFILES[0]!.name
  })
  --json FILE        also write {"rows": [...]}`);
  Deno.exit(0);
}
const profile = PROFILES.find(({ name }) => name === values.uplinks);
if (!profile) {
  console.error(
    `--uplinks must be one of ${PROFILES.map(({ name }) => name).join(', ')}, got ${values.uplinks}`,
  );
  Deno.exit(2);
}

const stack = await startStack();
const feed = startFeed({ ...STREAM, output: ['-f', 'flv', stack.publishUrl()] });
try {
  await untilOnAir(stack, 'demo');
  const result = await runCrowd({
    edgeUrl: stack.edge.url,
    channel: 'demo',
    uploadsKbps: dealUplinks(profile, Number(values.viewers)),
    processes: Number(values.processes),
    joinsPerS: Number(values['joins-per-s']),
    settleS: Number(values.settle),
    seconds: Number(values.seconds),
  });
  const all = { uplinks: profile.name, ...crowdRow(result, STREAM.videoKbps + STREAM.audioKbps) };
  await report([all, ...hopRows(result)], values.json);
} finally {
  await feed.stop();
  await stack.stop();
}
Deno.exit(0);
