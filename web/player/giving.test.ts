import assert from 'node:assert/strict';
import { type GivingFacts, mayGive } from './giving.ts';

const seen: GivingFacts = {
  hidden: false,
  frozen: false,
  thread: 'page',
  phone: false,
  savesData: false,
  onBattery: false,
};

Deno.test('a page that is seen gives, wherever its mesh runs', () => {
  assert.equal(mayGive(seen), true);
  assert.equal(mayGive({ ...seen, thread: 'worker' }), true);
  assert.equal(mayGive({ ...seen, phone: true }), true);
});

Deno.test('a hidden page gives on from a worker, and not from its own thread, nor on a phone', () => {
  const hidden = { ...seen, hidden: true };
  assert.equal(mayGive(hidden), false);
  assert.equal(mayGive({ ...hidden, thread: 'worker' }), true);
  assert.equal(mayGive({ ...hidden, thread: 'worker', phone: true }), false);
});

Deno.test('who pays by the byte, a phone on battery and a page about to freeze take and do not give', () => {
  assert.equal(mayGive({ ...seen, savesData: true }), false);
  assert.equal(mayGive({ ...seen, phone: true, onBattery: true }), false);
  assert.equal(mayGive({ ...seen, onBattery: true }), true, 'a laptop on battery gives');
  assert.equal(mayGive({ ...seen, thread: 'worker', frozen: true }), false);
});
