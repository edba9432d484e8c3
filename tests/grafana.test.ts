/** The dashboard file for Grafana names no metric that edge or origin does not have. */
import assert from 'node:assert/strict';
import { OriginMetrics } from '../origin/publish/metrics.ts';
import { startEdge } from './edge.ts';

const FILE = new URL('../docs/grafana/shoal.json', import.meta.url);

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
  templating: { list: { query: string }[] };
}

Deno.test('every metric that the Grafana dashboard names exists', async () => {
  const dashboard: Dashboard = JSON.parse(await Deno.readTextFile(FILE));
  const queries = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.map(({ query }) => query),
  ];
  const named = new Set(queries.flatMap((query) => query.match(/\bshoal_\w+/g) ?? []));
  const edge = await startEdge();
  const gauges = { sessions: 0, channels: 0, windowBytes: 0, controlConnected: false, linksUp: 0 };
  const known = new Set<string>();
  try {
    const texts = [await (await fetch(`${edge.url}/metrics`)).text(), new OriginMetrics().text(gauges)];
    for (const [, name] of texts.join('\n').matchAll(/^# TYPE (\w+) /gm)) known.add(name!);
  } finally {
    await edge.stop();
  }
  assert.deepEqual([...named].filter((name) => !known.has(name)), []);
  assert.ok(named.size > 25, 'the dashboard shows most of what there is');
});
