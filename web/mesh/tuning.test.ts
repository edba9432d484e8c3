import assert from 'node:assert/strict';
import { LATENCY_TARGET_MS } from '../../protocol/playback-defaults.ts';
import { stretched, TUNING } from './tuning.ts';

Deno.test('at the usual latency target, and below it, nothing is stretched', () => {
  assert.deepEqual(stretched(TUNING, LATENCY_TARGET_MS), TUNING);
  assert.deepEqual(stretched(TUNING, 500), TUNING);
});

Deno.test('somewhat further behind live, where pieces are late and upload is not short, nothing is stretched either', () => {
  assert.deepEqual(stretched(TUNING, 1.6 * LATENCY_TARGET_MS), TUNING);
  const longer = stretched(TUNING, 2 * LATENCY_TARGET_MS);
  assert.ok(longer.repairSlackMs > TUNING.repairSlackMs && longer.leafPatienceMs > 0);
});

Deno.test('further behind live uplinks are filled more, and what is late is waited for longer, up to a bound', () => {
  const longer = stretched(TUNING, 2.5 * LATENCY_TARGET_MS);
  assert.ok(longer.budgetShare > TUNING.budgetShare && longer.budgetShare < 1);
  assert.equal(longer.requestTimeoutMs, 2.5 * TUNING.requestTimeoutMs);
  assert.ok(longer.repairPatienceMs < 2.5 * LATENCY_TARGET_MS);
  assert.deepEqual(
    { ...stretched(TUNING, 20_000), repairPatienceMs: 0 },
    { ...longer, repairPatienceMs: 0 },
  );
  const full = stretched({ ...TUNING, budgetShare: 0.99 }, 20_000);
  assert.equal(full.budgetShare, 0.99);
});
