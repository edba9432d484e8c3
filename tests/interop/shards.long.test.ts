/** Whole viewers in several shards, with real WebRTC: how each of the two feed modes carries a stream into all of them. */
import assert from 'node:assert/strict';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import type { ViewerStats } from '../../web/peer/viewer-stats.ts';
import { startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { until } from '../until.ts';
import { untilViewers } from '../until-viewers.ts';

const options = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
const AUDIENCE = 6;
const WINDOW_US = 4_000_000;

Deno.test.afterAll(headlessQuiet);

Deno.test(
  'bridges carry a stream from the seeds into every shard, also when the seeds leave',
  options,
  async () => {
    await withShards('backbone', async (stack, viewers) => {
      const settled = await untilFedByPeers(viewers);
      const copies = settled.reduce((sum, { seedBytes }) => sum + seedBytes, 0) / most(settled, received);
      assert.ok(copies < 2, `the edge sent ${copies} copies to seeds, whatever the number of shards`);
      for (let round = 0; round < 2; round++) {
        const seed = viewers.find((one) => one.stats().feeds > 0)!;
        viewers.splice(viewers.indexOf(seed), 1);
        seed.stop();
        await untilFedByPeers(viewers);
      }
      assert.ok((await shardsOf(stack)).length > 1, 'there are several shards still');
    });
  },
);

Deno.test('seeds in every shard carry a stream where the edge feeds each of them', options, async () => {
  await withShards('edge-seeded', async (stack, viewers) => {
    const settled = await untilFedByPeers(viewers);
    const shards = await shardsOf(stack);
    assert.ok(shards.every(({ seeds }) => seeds > 0), JSON.stringify(shards));
    const copies = settled.reduce((sum, { seedBytes }) => sum + seedBytes, 0) / most(settled, received);
    assert.ok(copies > shards.length * 0.9, `${copies} copies for ${shards.length} shards`);
  });
});

async function withShards(
  feedMode: 'backbone' | 'edge-seeded',
  run: (stack: Stack, viewers: Viewer[]) => Promise<void>,
): Promise<void> {
  const stack = await startStack({ channels: [{ name: 'demo', settings: { shardSize: 3, feedMode } }] });
  const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
  const viewers: Viewer[] = [];
  try {
    for (let i = 0; i < AUDIENCE; i++) {
      const viewer = new Viewer({
        edgeUrl: stack.edge.url,
        channel: 'demo',
        environment: headlessEnvironment(),
      });
      viewers.push(viewer);
      viewer.start();
      await until('it has its place', async () => sum(await shardsOf(stack)) === viewers.length);
    }
    const shards = await shardsOf(stack);
    assert.ok(shards.length > 1 && shards.every(({ viewers }) => viewers <= 3), JSON.stringify(shards));
    await run(stack, viewers);
  } finally {
    for (const viewer of viewers) viewer.stop();
    await feed.stop();
    await stack.stop();
  }
}

/** Waits for some seconds in which everybody got all by seed streams and peers. What each got in them. */
async function untilFedByPeers(viewers: Viewer[]): Promise<ViewerStats[]> {
  return await until('all is brought by seeds and peers', async () => {
    const before = viewers.map((one) => ({ stats: one.stats(), newestUs: one.newestUs }));
    const haveMore = () => viewers.every((one, at) => one.newestUs > before[at]!.newestUs + WINDOW_US);
    await untilViewers('more media', haveMore, viewers);
    const got = viewers.map((one, at) => difference(one.stats(), before[at]!.stats));
    const fed = got.every(({ peerBytes, seedBytes }, at) =>
      peerBytes + seedBytes > 0.97 * received(got[at]!)
    );
    return fed ? got : undefined;
  }, { withinMs: 90_000, show: () => viewers.map((one) => one.stats()) });
}

function received({ peerBytes, edgeBytes }: ViewerStats): number {
  return peerBytes + edgeBytes;
}

function most(all: ViewerStats[], of: (stats: ViewerStats) => number): number {
  return Math.max(...all.map(of));
}

function difference(now: ViewerStats, before: ViewerStats): ViewerStats {
  return Object.fromEntries(
    Object.entries(now).map(([name, value]) => [name, value - before[name as keyof ViewerStats]]),
  ) as unknown as ViewerStats;
}

async function shardsOf(stack: Stack): Promise<{ shard: string; viewers: number; seeds: number }[]> {
  const { items } = await stack.api('GET', '/channels/demo/viewers') as unknown as {
    items: { shard: string; role: string }[];
  };
  return [...new Set(items.map(({ shard }) => shard))].map((shard) => {
    const seated = items.filter((one) => one.shard === shard);
    return { shard, viewers: seated.length, seeds: seated.filter(({ role }) => role === 'seed').length };
  });
}

function sum(shards: { viewers: number }[]): number {
  return shards.reduce((total, { viewers }) => total + viewers, 0);
}
