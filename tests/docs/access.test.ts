/** The examples of docs/access.md, run one after the other as they stand there. */
import assert from 'node:assert/strict';
import { EDGE_SECRETS, startEdge } from '../edge.ts';

Deno.test('every example of docs/access.md works', async () => {
  const text = await Deno.readTextFile(new URL('../../docs/access.md', import.meta.url));
  const [first, ...examples] = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, code]) => code);
  assert.ok(first?.includes('SHOAL=') && examples.length > 5);
  const edge = await startEdge();
  try {
    const script = ['set -eu', ...examples].join('\n');
    const { code, stdout, stderr } = await new Deno.Command('bash', {
      args: ['-c', script],
      env: { SHOAL: edge.url, ADMIN: EDGE_SECRETS.SHOAL_ADMIN_TOKEN },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, said);
    assert.match(said, /"valid":true/);
  } finally {
    await edge.stop();
  }
});
