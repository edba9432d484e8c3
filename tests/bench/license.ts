/**
 * `deno task bench:license`: how many licenses a second one machine's edge answers, beside its joins.
 *
 * Both routes are asked by many at a time over loopback, for the same protected channel. The generator and the edge
 * share the machine: the ratio of the two says more than either figure.
 */
import { parseArgs } from 'node:util';
import { toBase64Url } from '../../protocol/bytes.ts';
import type { LiveJoinAnswer } from '../../protocol/join.ts';
import { startEdge } from '../edge.ts';
import { putOnAir } from '../on-air.ts';
import { quantile, report, type Row } from './table.ts';

const { values } = parseArgs({
  args: Deno.args,
  options: {
    requests: { type: 'string', default: '4000' },
    'at-once': { type: 'string', default: '32' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  console.log(`deno task bench:license [options]

  --requests N   requests of each kind (default 4000)
  --at-once N    under way at a time (default 32)
  --json FILE    also write {"rows": [...]}`);
  Deno.exit(0);
}

const edge = await startEdge();
const rows: Row[] = [];
try {
  const air = await putOnAir(edge, 'bench', { drm: 'cenc' });
  const join = async () => {
    const peerKey = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
    return await fetch(`${edge.url}/join/bench`, { method: 'POST', body: JSON.stringify({ peerKey }) });
  };
  let viewer: LiveJoinAnswer = await (await join()).json();
  const license = () =>
    fetch(`${edge.url}/license/bench?grant=${viewer.grant.value}`, {
      method: 'POST',
      body: JSON.stringify({ type: 'temporary' }),
    });
  // Each once before, so that nothing is measured that happens once.
  await measure('join', join, 200);
  await measure('license', license, 200);
  rows.push(await measure('join', join, Number(values.requests)));
  viewer = await (await join()).json();
  rows.push(await measure('license', license, Number(values.requests)));
  await report(rows, values.json);
  air.leave();
} finally {
  await edge.stop();
}
Deno.exit(0);

async function measure(route: string, ask: () => Promise<Response>, requests: number): Promise<Row> {
  const tookMs: number[] = [];
  let errors = 0;
  let left = requests;
  const one = async () => {
    while (left-- > 0) {
      const startedMs = performance.now();
      const response = await ask();
      await response.arrayBuffer();
      if (!response.ok) errors += 1;
      tookMs.push(performance.now() - startedMs);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: Number(values['at-once']) }, one));
  return {
    route,
    requests,
    errors,
    perSecond: Math.round(requests * 1000 / (performance.now() - startedMs)),
    p50Ms: quantile(tookMs, 0.5),
    p95Ms: quantile(tookMs, 0.95),
  };
}
