import assert from 'node:assert/strict';
import { watchLeaving } from './leaving.ts';

function setUp() {
  const page = new EventTarget();
  let left = 0;
  const stop = watchLeaving(page, () => left++);
  const hide = (persisted: boolean) =>
    page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }));
  return { hide, stop, left: () => left };
}

Deno.test('who closes the page leaves, who may come back to it does not', () => {
  const { hide, left } = setUp();
  hide(true);
  assert.equal(left(), 0);
  hide(false);
  assert.equal(left(), 1);
});

Deno.test('a session that is over hears of no page', () => {
  const { hide, stop, left } = setUp();
  stop();
  hide(false);
  assert.equal(left(), 0);
});
