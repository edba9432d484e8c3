import assert from 'node:assert/strict';
import { loadJoins } from './joins.ts';

Deno.test('a crowd that comes at once is spread over bounded shards, and no join is in error', async () => {
  const result = await loadJoins({ joins: 200, seconds: 0.1, shardSize: 50 });
  assert.equal(result.errors, 0);
  assert.ok(result.fullest <= 50, `a shard holds ${result.fullest} of 50`);
  assert.ok(result.shards >= 4, `${result.shards} shards`);
});
