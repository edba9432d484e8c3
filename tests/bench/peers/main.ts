/**
 * `deno task bench:peers`: Shoal beside the best open peer, real Chromium viewers of one encoder feed in one run.
 * The figures and the goals are described in docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { buildPlayer } from '../../build-player.ts';
import { startFeed } from '../../feed.ts';
import { startStack } from '../../stack.ts';
import { report, type Row } from '../table.ts';
import { P2PML } from './p2pml.ts';
import { runScenario } from './run.ts';
import { planScenario, type ScenarioName } from './scenario.ts';
import { SHOAL, SHOAL_WITHOUT_PEERS } from './shoal.ts';
import { StreamMeter } from './stream-meter.ts';
import type { System } from './system.ts';

const SYSTEMS: System[] = [SHOAL, SHOAL_WITHOUT_PEERS, ...P2PML];
const SCENARIOS: ScenarioName[] = ['steady', 'capped', 'churn', 'flash', 'alone'];

const { values } = parseArgs({
  args: Deno.args,
  options: {
    systems: { type: 'string', default: SYSTEMS.map((system) => system.name).join(',') },
    scenarios: { type: 'string', default: 'steady' },
    viewers: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:peers [options]

  --systems LIST     of ${SYSTEMS.map((system) => system.name).join(', ')} (default: all)
  --scenarios LIST   of ${SCENARIOS.join(', ')} (default: steady)
  --viewers N        Chromium viewers (default 8)
  --seconds N        measured seconds of each row (default 60)
  --json FILE        also write {"rows": [...]}`);
  Deno.exit(0);
}

const systems = chosen('--systems', values.systems, SYSTEMS, (system) => system.name);
const scenarios = chosen('--scenarios', values.scenarios, SCENARIOS, (name) => name);
const viewers = wholeNumber('--viewers', values.viewers);
const seconds = wholeNumber('--seconds', values.seconds);

const hlsFolder = await Deno.makeTempDir({ prefix: 'shoal-bench-' });
const stack = await startStack({ assets: await buildPlayer() });
const hls = (folder: string, segmentS: number) =>
  `[f=hls:hls_time=${segmentS}:hls_list_size=${
    30 / segmentS
  }:hls_segment_type=fmp4:hls_flags=delete_segments+program_date_time` +
  `:hls_segment_filename=${hlsFolder}/${folder}/%d.m4s]${hlsFolder}/${folder}/index.m3u8`;
await Deno.mkdir(`${hlsFolder}/one`);
await Deno.mkdir(`${hlsFolder}/two`);
const feed = startFeed({
  videoKbps: 440,
  audioKbps: 64,
  gop: 25,
  // onfail: a reconnect of one output must not stop the others.
  output: [
    '-f',
    'tee',
    '-flags',
    '+global_header',
    `[f=flv]${stack.publishUrl()}|${hls('two', 2)}|${hls('one', 1)}`,
  ],
});

const stream = new StreamMeter(`${hlsFolder}/one`);
const rows: Row[] = [];
try {
  await liveWithin(30);
  for (const name of scenarios) {
    for (const system of systems) {
      const row = await runScenario(
        system,
        planScenario(name, viewers, seconds),
        {
          hlsFolder,
          shoalUrl: stack.edge.url,
          stream: () => stream.look(),
          setCap: async (kbps) => {
            await stack.api('PATCH', '/channels/demo', { settings: { egressCapKbps: kbps } });
          },
        },
      );
      rows.push(row);
      console.log(JSON.stringify(row));
    }
  }
} finally {
  await feed.stop();
  await stack.stop();
  await Deno.remove(hlsFolder, { recursive: true });
}
await report(rows, values.json);
Deno.exit(0);

async function liveWithin(limitS: number): Promise<void> {
  const end = performance.now() + limitS * 1000;
  while (performance.now() < end) {
    const { channel } = await stack.api('GET', '/channels/demo') as { channel: { state: string } };
    const playlists = await Promise.all(
      ['one', 'two'].map((folder) =>
        Deno.stat(`${hlsFolder}/${folder}/index.m3u8`).then(() => true, () => false)
      ),
    );
    if (channel.state === 'live' && playlists.every(Boolean)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the feed was not live within ${limitS} s; the origin said:\n${stack.origin.log()}`);
}

function chosen<T>(flag: string, text: string, all: T[], nameOf: (one: T) => string): T[] {
  return text.split(',').map((name) => {
    const found = all.find((one) => nameOf(one) === name.trim());
    if (!found) throw new Error(`${flag}: there is no "${name}", only ${all.map(nameOf).join(', ')}`);
    return found;
  });
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`${flag} must be a whole number from 1, got "${text}"`);
  }
  return value;
}
