/**
 * `deno task bench:cost`: what an hour of 1,000, 100,000 and 500,000 viewers costs at list prices, from requests and
 * messages counted of real headless viewers. The figures are described in docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { startFeed } from '../../feed.ts';
import { startStack } from '../../stack.ts';
import type { ViewerResult } from '../crowd/child.ts';
import { runCrowd } from '../crowd/crowd.ts';
import { perHour } from '../crowd/summary.ts';
import { formatTable, report, type Row } from '../table.ts';
import { untilOnAir } from '../until-on-air.ts';
import {
  type Audience,
  type Bill,
  cdnBill,
  type Counted,
  pollingPeerBill,
  shareOfCheapestCdn,
  shoalBill,
  shoalParts,
} from './bill.ts';
import { CDN, PRICES_AS_OF } from './prices.ts';

const STREAM = { videoKbps: 440, audioKbps: 72 };
const AUDIENCES = [1000, 100_000, 500_000];

const { values } = parseArgs({
  args: Deno.args,
  options: {
    viewers: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    settle: { type: 'string', default: '20' },
    visit: { type: 'string', default: '10' },
    shard: { type: 'string', default: '2000' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:cost [options]

  --viewers N    headless viewers that are counted (default 20)
  --seconds N    measured seconds (default 60), on a machine that is otherwise quiet: repairs are counted
  --settle N     seconds between the last join and the measurement (default 20)
  --visit N      minutes of a visit, in the rows with visits shorter than an hour (default 10)
  --shard N      largest shard, billed six tenths full (default 2000, as the channel's setting shardSize)
  --json FILE    also write {"rows": [...]}`);
  Deno.exit(0);
}

const counted = await count();
console.log(`counted:\n${formatTable([{ ...counted }])}\n\nlist prices of ${PRICES_AS_OF}:`);
const rows: Row[] = AUDIENCES.flatMap((viewers) => {
  const audience: Audience = {
    viewers,
    visitMinutes: 60,
    streamKbps: STREAM.videoKbps + STREAM.audioKbps,
    shardSize: Number(values.shard),
  };
  const short = { ...audience, visitMinutes: Number(values.visit) };
  const row = (system: string, { requestsPerViewerHour, billedPerViewerHour, dollars }: Bill): Row => ({
    viewers,
    system,
    requestsPerViewerHour,
    billedPerViewerHour,
    dollars,
    shareOfCheapestCdn: shareOfCheapestCdn(dollars, audience),
  });
  return [
    row('shoal', shoalBill(counted, audience)),
    row(`shoal, visits of ${values.visit} min`, shoalBill(counted, short)),
    row('playlist-polling peer', pollingPeerBill(audience)),
    row('cheapest CDN', cdnBill(audience, CDN.cheapestPerGigabyte)),
    row('dearest CDN', cdnBill(audience, CDN.dearestPerGigabyte)),
  ];
});
const largest: Audience = {
  viewers: AUDIENCES.at(-1)!,
  visitMinutes: Number(values.visit),
  streamKbps: STREAM.videoKbps + STREAM.audioKbps,
  shardSize: Number(values.shard),
};
console.log(`shoal, ${largest.viewers} viewers, visits of ${values.visit} min, by what it is for:`);
console.log(formatTable(
  shoalParts(counted, largest).map((part) => ({
    ...part,
    shareOfCheapestCdn: shareOfCheapestCdn(part.dollars, largest),
  })),
));
await report(rows, values.json);
Deno.exit(0);

async function count(): Promise<Counted> {
  const stack = await startStack();
  const feed = startFeed({ ...STREAM, output: ['-f', 'flv', stack.publishUrl()] });
  try {
    await untilOnAir(stack, 'demo');
    const { viewers } = await runCrowd({
      edgeUrl: stack.edge.url,
      channel: 'demo',
      uploadsKbps: new Array<null>(Number(values.viewers)).fill(null),
      processes: 1,
      joinsPerS: 2,
      settleS: Number(values.settle),
      seconds: Number(values.seconds),
    });
    const seeds = viewers.filter(({ isSeed }) => isSeed);
    const others = viewers.filter(({ isSeed }) => !isSeed);
    if (others.length === 0) throw new Error('every viewer is a seed: take more viewers');
    const [steady, seeding] = [perHour(others), perHour(seeds)];
    return {
      requestsPerJoin: mean(others, ({ before }) => before.edgeRequests),
      messagesPerJoin: mean(others, ({ before }) => before.signalMessages),
      requestsPerHour: steady.requests,
      messagesPerHour: steady.messages,
      seedRequestsPerHour: seeding.requests,
      seedMessagesPerHour: seeding.messages,
      seeds: seeds.length,
    };
  } finally {
    await feed.stop();
    await stack.stop();
  }
}

function mean(viewers: ViewerResult[], of: (viewer: ViewerResult) => number): number {
  return viewers.reduce((sum, one) => sum + of(one), 0) / viewers.length;
}
