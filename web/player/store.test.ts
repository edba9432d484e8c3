import assert from 'node:assert/strict';
import { Store } from './store.ts';

Deno.test('a watcher hears the state at once and whenever one of its keys changes', () => {
  const store = new Store({ a: 1, b: 1 });
  const heard: number[] = [];
  store.watch(['a'], ({ a }) => heard.push(a));
  store.set({ b: 2 });
  store.set({ a: 2 });
  assert.deepEqual(heard, [1, 2]);
});

Deno.test('setting what is so already tells nobody', () => {
  const store = new Store({ a: 1 });
  let heard = 0;
  store.watch(['a'], () => heard++);
  store.set({ a: 1 });
  assert.equal(heard, 1);
});

Deno.test('a watcher that left hears no more', () => {
  const store = new Store({ a: 1 });
  let heard = 0;
  const leave = store.watch(['a'], () => heard++);
  leave();
  store.set({ a: 2 });
  assert.equal(heard, 1);
});

Deno.test('a patch of several keys is heard once', () => {
  const store = new Store({ a: 1, b: 1 });
  let heard = 0;
  store.watch(['a', 'b'], () => heard++);
  store.set({ a: 2, b: 2 });
  assert.equal(heard, 2);
});
