import assert from 'node:assert/strict';
import { SupplyWait } from './supply-wait.ts';

const UNFED = { refused: 1, parented: 3, substreams: 9 };

Deno.test('who waits without a source while the edge puts it off waits for want of upload, until the picture goes on', () => {
  const wait = new SupplyWait();
  assert.equal(wait.look(true, UNFED, 0), false);
  assert.equal(wait.look(true, UNFED, 2400), false);
  assert.equal(wait.look(true, UNFED, 2500), true);
  assert.equal(wait.look(true, { ...UNFED, parented: 9 }, 60_000), true);
  assert.equal(wait.look(false, UNFED, 60_500), false);
  assert.equal(wait.look(true, UNFED, 61_000), false);
});

Deno.test('a wait that the edge did not put off has another reason', () => {
  const wait = new SupplyWait();
  for (let ms = 0; ms < 60_000; ms += 500) {
    assert.equal(wait.look(true, { ...UNFED, refused: 0 }, ms), false);
  }
});

Deno.test('who is fed whole waits for its own line or device', () => {
  const wait = new SupplyWait();
  for (let ms = 0; ms < 60_000; ms += 500) {
    assert.equal(wait.look(true, { refused: ms, parented: 9, substreams: 9 }, ms), false);
  }
});

Deno.test('what the edge put off long ago explains nothing', () => {
  const wait = new SupplyWait();
  wait.look(false, UNFED, 0);
  for (let ms = 30_000; ms < 60_000; ms += 500) assert.equal(wait.look(true, UNFED, ms), false);
});
