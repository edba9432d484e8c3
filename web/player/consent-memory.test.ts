import assert from 'node:assert/strict';
import { rememberedP2p, rememberP2p, stricter } from './consent-memory.ts';

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    kept,
  };
}

Deno.test('a choice is found again at the next visit', () => {
  const box = storage();
  assert.equal(rememberedP2p(() => box), undefined);
  rememberP2p('relay', () => box);
  assert.equal(rememberedP2p(() => box), 'relay');
});

Deno.test('what is no choice counts as none', () => {
  const box = storage();
  rememberP2p('on', () => box);
  for (const key of box.kept.keys()) box.kept.set(key, 'whatever');
  assert.equal(rememberedP2p(() => box), undefined);
});

Deno.test('a browser that blocks storage is no reason to fail', () => {
  const blocked = () => {
    throw new DOMException('blocked', 'SecurityError');
  };
  rememberP2p('off', blocked);
  assert.equal(rememberedP2p(blocked), undefined);
});

Deno.test('the stricter of page and viewer holds', () => {
  assert.equal(stricter('on', 'relay'), 'relay');
  assert.equal(stricter('off', 'on'), 'off');
  assert.equal(stricter('on', 'on'), 'on');
});
