/** The calls of the API that stand in docs/ as `curl`, run as they stand there, against a real edge. */
import assert from 'node:assert/strict';
import { EDGE_SECRETS, startEdge } from '../edge.ts';

/** Names of channels that the pages speak of as being there. */
const CHANNELS = ['news', 'sport', 'show', 'ours', 'demo'];
/** Pages, in an order in which a call finds what it needs. */
const PAGES = ['ladder', 'drm', 'replay', 'rental', 'webhooks', 'cooperation', 'deploy-one-box'];

/** Code blocks, indented or fenced, that begin with a call. */
function callsOf(markdown: string): string[] {
  const fenced = [...markdown.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, code]) => code!);
  const indented = [...markdown.matchAll(/(?:^ {4}.*\n)+/gm)].map(([code]) => code.replace(/^ {4}/gm, ''));
  return [...fenced, ...indented].filter((code) => code.startsWith('curl '));
}

Deno.test('every call of the API in the docs is one that the edge takes', async (t) => {
  const edge = await startEdge();
  const folder = await Deno.makeTempDir({ prefix: 'shoal-docs-' });
  const run = async (script: string) => {
    const { code, stdout, stderr } = await new Deno.Command('bash', {
      args: ['-c', `curl() { command curl -sS --fail-with-body "$@" && echo; }\nset -eu\n${script}`],
      cwd: folder,
      env: { TOKEN: EDGE_SECRETS.SHOAL_ADMIN_TOKEN },
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 0, `${script}\n${text.decode(stdout)}${text.decode(stderr)}`);
  };
  const base = `curl -H "Authorization: Bearer $TOKEN" ${edge.url}/api`;
  try {
    // deploy-one-box makes `news` itself; a backup is made with the call in one of its tables.
    for (const name of CHANNELS) await run(`${base}/channels -d '{"name":"${name}"}'`);
    for (const page of PAGES) {
      if (page === 'deploy-one-box') {
        await run(`${base}/backup > shoal.json`);
        await run(`curl -X DELETE -H "Authorization: Bearer $TOKEN" ${edge.url}/api/channels/news`);
      }
      const markdown = await Deno.readTextFile(new URL(`../../docs/${page}.md`, import.meta.url));
      const calls = callsOf(markdown);
      await t.step(page, async () => {
        assert.ok(calls.length > 0);
        for (const call of calls) {
          // A lease of the docs' own days would be over by now, some day.
          await run(call.replaceAll('https://live.example.org', edge.url).replaceAll('2026-', '2099-'));
        }
      });
    }
  } finally {
    await edge.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
