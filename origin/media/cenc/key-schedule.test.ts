import assert from 'node:assert/strict';
import { testKey, testPeriods, testSchedule } from '../testing/key-schedule.ts';
import { KeySchedule } from './key-schedule.ts';

Deno.test('a key takes effect at its time and stays until the next one does', () => {
  let now = 1000;
  const keys = testSchedule('cenc', () => now, 2, 10_000);
  assert.deepEqual(keys.current().id, testKey(1).id);
  assert.equal(keys.isLast, false);
  now = 10_999;
  assert.deepEqual(keys.current().id, testKey(1).id);
  now = 11_000;
  assert.deepEqual(keys.current().id, testKey(2).id);
  assert.equal(keys.isLast, true, 'time to ask for another');
  now = 1e9;
  assert.deepEqual(keys.current().id, testKey(2).id, 'without another one it stays');
});

Deno.test('what the edge says takes the place of what it said', () => {
  const keys = testSchedule('cbcs', () => 0, 2, 10_000);
  keys.set(testPeriods(3, 10_000).slice(1).map((period) => ({ ...period, startsInMs: -1 })));
  assert.deepEqual(keys.current().id, testKey(3).id);
});

Deno.test('a key that has not begun is better than none; none at all is an error', () => {
  const keys = new KeySchedule('cenc', () => 0);
  assert.throws(() => keys.current(), /must have a key/);
  keys.set([{ ...testPeriods(1, 0)[0]!, startsInMs: 500 }]);
  assert.deepEqual(keys.current().id, testKey(1).id);
});
