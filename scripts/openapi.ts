/** `deno task openapi --out FILE`: the API's document as this edge serves it. To the terminal without --out. */
import { parseArgs } from 'node:util';
import { startLocalEdge } from './local-edge.ts';

const { values } = parseArgs({ args: Deno.args, options: { out: { type: 'string' } } });
const edge = await startLocalEdge({ bindings: { SHOAL_EDGE_SECRET: 'of no use' } });
try {
  const answer = await fetch(`${edge.url}/openapi.json`);
  if (!answer.ok) throw new Error(`the edge answered ${answer.status}: ${await answer.text()}`);
  const text = JSON.stringify(await answer.json(), null, 2) + '\n';
  if (values.out === undefined) console.log(text);
  else await Deno.writeTextFile(values.out, text);
} finally {
  await edge.stop();
}
