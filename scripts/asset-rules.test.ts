import assert from 'node:assert/strict';
import { assetHeaders, assetRewrites } from './asset-rules.ts';

Deno.test('what is answered without the Worker has its headers: for ever where the name tells the content', () => {
  const text = assetHeaders(['player.js', 'viewer-W453VM5U.js', 'viewer-W453VM5U.js.map', 'some-player.js']);
  const rules = new Map(text.split(/^(?=\/)/m).map((rule) => [rule.slice(0, rule.indexOf('\n')), rule]));
  assert.deepEqual([...rules.keys()], ['/assets/*', '/assets/viewer-W453VM5U.js*', '/watch/*']);
  assert.match(rules.get('/assets/*')!, /^ {2}access-control-allow-origin: \*$/m);
  assert.match(rules.get('/assets/viewer-W453VM5U.js*')!, /immutable/);
  assert.match(rules.get('/watch/*')!, /^ {2}content-security-policy: .*frame-ancestors 'none'$/m);
  for (const line of text.split('\n')) assert.ok(line.length <= 2000, 'Cloudflare reads no longer line');
});

Deno.test('every channel has the watch page at an address of its own', () => {
  assert.equal(assetRewrites(), '/watch/:channel /watch.html 200\n');
});
