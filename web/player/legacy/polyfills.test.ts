import assert from 'node:assert/strict';
import { createContext, runInContext } from 'node:vm';
import { fill } from './polyfills.ts';

/** A realm of its own whose newer functions are gone, and filled again. */
function oldRealm(): (code: string) => unknown {
  const realm = createContext({
    setTimeout,
    AbortController: class extends AbortController {},
    AbortSignal: Object.assign(function () {}, { prototype: Object.create(null) }),
    DOMException,
  });
  runInContext(
    `for (const name of ['at', 'findLast', 'toSorted', 'flat', 'flatMap']) delete Array.prototype[name];
     for (const name of ['at', 'replaceAll', 'matchAll']) delete String.prototype[name];
     for (const name of ['fromEntries', 'hasOwn']) delete Object[name];
     delete Promise.withResolvers;`,
    realm,
  );
  const names = ['Array', 'String', 'Object', 'Promise', 'AbortController', 'AbortSignal', 'setTimeout'];
  const parts = Object.fromEntries(names.map((name) => [name, runInContext(name, realm)]));
  assert.equal(parts.Array.prototype.at, undefined);
  fill(parts);
  return (code) => runInContext(code, realm);
}

Deno.test('an old browser gets what our calls need', () => {
  const run = oldRealm();
  const same = (code: string, value: unknown) =>
    assert.equal(JSON.stringify(run(code)), JSON.stringify(value), code);
  same('[[1, 2, 3].at(-1), [1].at(0), "abc".at(-2)]', [3, 1, 'b']);
  same('[[1, 2, 3, 4].findLast((n) => n % 2), [].findLast(() => true) === undefined]', [3, true]);
  same('(() => { const a = [3, 1, 2]; return [a.toSorted((x, y) => x - y), a]; })()', [[1, 2, 3], [3, 1, 2]]);
  same('[[[1, [2]], [3]].flat(), [1, 2].flatMap((n) => [n, n])]', [[1, [2], 3], [1, 1, 2, 2]]);
  same('Object.fromEntries(new Map([["a", 1], ["b", 2]]))', { a: 1, b: 2 });
  same('[Object.hasOwn({ a: 1 }, "a"), Object.hasOwn({}, "toString")]', [true, false]);
  same('["a.b.c".replaceAll(".", "-"), "abab".replaceAll(/b/g, "c")]', ['a-b-c', 'acac']);
  same('[..."a1b22".matchAll(/\\d+/g)].map(([text]) => text)', ['1', '22']);
});

Deno.test('a promise can be settled from outside', async () => {
  const parts = oldRealm()('Promise.withResolvers()') as PromiseWithResolvers<number>;
  parts.resolve(7);
  assert.equal(await parts.promise, 7);
});

Deno.test('any of several signals aborts', () => {
  const any = oldRealm()('AbortSignal.any') as typeof AbortSignal.any;
  const [a, b] = [new AbortController(), new AbortController()];
  const signal = any([a.signal, b.signal]);
  assert.equal(signal.aborted, false);
  b.abort();
  assert.equal(signal.aborted, true);
  assert.equal(any([b.signal]).aborted, true);
});

Deno.test('what a browser has is left alone', () => {
  const before = [Array.prototype.at, Object.hasOwn, AbortSignal.any];
  fill(globalThis as never);
  assert.deepEqual([Array.prototype.at, Object.hasOwn, AbortSignal.any], before);
});
