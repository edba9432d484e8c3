/**
 * Known traffic through real parts: viewers under Deno with real WebRTC, a real edge, origin and encoder. What the API
 * reports is what origin, edge and peers counted themselves.
 */
import assert from 'node:assert/strict';
import type { Page } from '../../protocol/page.ts';
import type { ChannelFigures, VisitRow } from '../../protocol/report.ts';
import { headlessEnvironment, headlessQuiet } from '../../web/antenna/headless-environment.ts';
import { Viewer } from '../../web/peer/viewer.ts';
import type { ViewerStats } from '../../web/peer/viewer-stats.ts';
import { originMetric } from '../fault/look.ts';
import { startFeed } from '../feed.ts';
import { type Stack, startStack } from '../stack.ts';
import { until } from '../until.ts';

Deno.test.afterAll(headlessQuiet);

const VIEWERS = 3;

function sum<Row>(rows: Row[], pick: (row: Row) => number): number {
  return rows.reduce((total, row) => total + pick(row), 0);
}

/** Starts viewers, lets them feed each other, stops them, and answers what each of them counted. */
async function watchTogether(stack: Stack): Promise<ViewerStats[]> {
  const viewers = Array.from({ length: VIEWERS }, () => {
    const viewer = new Viewer({
      edgeUrl: stack.edge.url,
      channel: 'demo',
      environment: headlessEnvironment(),
    });
    viewer.start();
    return viewer;
  });
  await until('viewers that feed each other', () => viewers.map((one) => one.stats()), {
    withinMs: 60_000,
    holds: (stats) =>
      stats.every(({ edgeBytes, peers }) => edgeBytes > 0 && peers === VIEWERS - 1) &&
      sum(stats, ({ peerBytes }) => peerBytes) > 1_000_000,
  });
  for (const viewer of viewers) viewer.stop();
  return viewers.map((one) => one.stats());
}

Deno.test(
  'what is reported is what origin, edge and peers counted, in figures, visits and metrics alike',
  { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false },
  async () => {
    const stack = await startStack();
    const feed = startFeed({ output: ['-f', 'flv', stack.publishUrl()] });
    const figuresOf = async () =>
      await stack.api('GET', '/channels/demo/figures') as unknown as ChannelFigures;
    try {
      const counted = await watchTogether(stack);
      const { items } = await until(
        'a visit of each viewer',
        async () => await stack.api('GET', '/channels/demo/visits') as unknown as Page<VisitRow>,
        { withinMs: 60_000, holds: ({ items }) => items.length === VIEWERS },
      );
      await feed.stop();
      const peerBytes = sum(counted, (one) => one.peerBytes);
      const edgeBytes = sum(counted, (one) => one.edgeBytes);
      const uploadBytes = sum(counted, (one) => one.uploadBytes);

      // The edge and the origin tell a few seconds later.
      const { totals } = await until('what the edge sent', figuresOf, {
        withinMs: 60_000,
        holds: ({ totals }) => {
          return totals.left === VIEWERS && sum(Object.values(totals.edge), (bytes) => bytes) >= edgeBytes;
        },
      });
      assert.equal(totals.lanBytes + totals.peerBytes + totals.turnBytes, peerBytes, 'from peers');
      assert.equal(totals.edgeBytes, edgeBytes, 'from the edge, as viewers count');
      assert.equal(totals.uploadBytes, uploadBytes, 'given');
      assert.equal(totals.joined, VIEWERS);

      for (
        const name of ['lanBytes', 'peerBytes', 'turnBytes', 'edgeBytes', 'uploadBytes', 'repairs'] as const
      ) {
        assert.equal(
          sum(items, (visit) => visit[name]),
          totals[name],
          `visits add up to the totals: ${name}`,
        );
      }
      assert.ok(uploadBytes >= peerBytes, 'nobody got what nobody gave');

      // What the edge counts holds the records too, and what was on its way when viewers left.
      const sent = sum(Object.values(totals.edge), (bytes) => bytes);
      assert.ok(sent <= edgeBytes * 1.5 + 500_000, `the edge counted ${sent}, viewers ${edgeBytes}`);

      const metrics = await until(
        'metrics of all that',
        async () => await (await fetch(`${stack.edge.url}/metrics`)).text(),
        {
          withinMs: 60_000,
          // What viewers told and what the edge counted come there by themselves.
          holds: (text) =>
            [
              `shoal_viewer_upload_bytes_total{channel="demo"} ${uploadBytes}\n`,
              `shoal_edge_media_bytes_total{channel="demo",kind="seed"} ${totals.edge.seed}\n`,
            ].every((line) => text.includes(line)),
        },
      );
      const metric = (sample: string) => {
        const line = metrics.split('\n').find((text) => text.startsWith(`${sample} `));
        return Number(line?.slice(sample.length));
      };
      const sources = ['lan', 'peer', 'turn'].map((source) =>
        metric(`shoal_viewer_received_bytes_total{channel="demo",source="${source}"}`)
      );
      assert.equal(sum(sources, (bytes) => bytes), peerBytes);
      assert.equal(metric('shoal_edge_media_bytes_total{channel="demo",kind="seed"}'), totals.edge.seed);

      const live = await originMetric(stack, 'shoal_origin_media_bytes_total{kind="live"}');
      assert.ok(live > 0 && peerBytes + edgeBytes > live, 'the origin sent one copy, viewers got more');
      assert.equal(totals.originMisses, 0);
    } finally {
      await feed.stop();
      await stack.stop();
    }
  },
);
