import assert from 'node:assert/strict';
import { loadJoins } from './joins.ts';

Deno.test("3,000 joins in one second's worth of arrivals are spread over the shards of one machine", async () => {
  const result = await loadJoins({ joins: 3000, seconds: 1, shardSize: 1000 });
  assert.equal(result.errors, 0);
  assert.ok(result.fullest <= 1000, `a shard holds ${result.fullest} of 1000`);
  assert.ok(result.shards >= 4, `${result.shards} shards`);
});
