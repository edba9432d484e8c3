import assert from 'node:assert/strict';
import { initialState } from '../player-state.ts';
import { Store } from '../store.ts';
import { CALM_MS, watchCalmly } from './calmly.ts';

function watched() {
  const store = new Store(initialState());
  const seen: number[] = [];
  let nowMs = 0;
  watchCalmly(store, ['positionS'], ({ positionS }) => seen.push(positionS), () => nowMs);
  return { store, seen, pass: (ms: number) => nowMs += ms };
}

Deno.test('figures follow at once while the controls are seen', () => {
  const { store, seen } = watched();
  for (const positionS of [1, 2, 3]) store.set({ positionS });
  assert.deepEqual(seen, [0, 1, 2, 3]);
});

Deno.test('figures of hidden controls follow seldom', () => {
  const { store, seen, pass } = watched();
  store.set({ resting: true });
  store.set({ positionS: 1 });
  pass(CALM_MS - 1);
  store.set({ positionS: 2 });
  assert.deepEqual(seen, [0]);
  pass(1);
  store.set({ positionS: 3 });
  store.set({ positionS: 4 });
  assert.deepEqual(seen, [0, 3]);
});

Deno.test('controls that come back show what holds now', () => {
  const { store, seen } = watched();
  store.set({ resting: true });
  store.set({ positionS: 7 });
  store.set({ resting: false });
  assert.deepEqual(seen, [0, 7]);
});
