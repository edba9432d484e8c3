import assert from 'node:assert/strict';
import { loadServed } from './serve.ts';

Deno.test('one box carries a channel and 2,000 sockets within 2 GB and one core', async () => {
  const result = await loadServed({ sockets: 2000, fetchers: 20, seconds: 60 });
  assert.equal(result.joinErrors, 0);
  assert.equal(result.open, 2000);
  assert.ok(result.memoryMB < 2048, `${result.memoryMB} MB`);
  // All its processes are bound to one core: what they could not do there would show as media that does not come.
  assert.ok(result.runErrors <= result.runs / 100, `${result.runErrors} of ${result.runs} runs failed`);
});
