import assert from 'node:assert/strict';
import { hideWhenIdle } from './idle.ts';

Deno.test('an element that leaves the page is listened to no more, so that coming back adds no second ear', () => {
  let woken = 0;
  const root = Object.assign(new EventTarget(), {
    classList: { toggle: (_name: string, on: boolean) => on || woken++ },
  }) as unknown as HTMLElement;
  for (let visit = 0; visit < 5; visit++) hideWhenIdle(root, () => true, () => {})();
  woken = 0;
  const undo = hideWhenIdle(root, () => true, () => {});
  root.dispatchEvent(new Event('pointermove'));
  assert.equal(woken, 2, 'once at the beginning, once by the pointer');
  undo();
  root.dispatchEvent(new Event('pointermove'));
  assert.equal(woken, 2);
});
