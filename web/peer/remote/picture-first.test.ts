import assert from 'node:assert/strict';
import { MOST_MS, PictureFirst } from './picture-first.ts';

function start() {
  const first = new PictureFirst();
  const ran: number[] = [];
  return { first, ran, pass: (n: number) => first.pass(() => void ran.push(n)) };
}

Deno.test('what comes between the first media and the picture waits for that, in order', () => {
  const { first, ran, pass } = start();
  first.media();
  pass(1);
  pass(2);
  first.media();
  assert.deepEqual(ran, []);
  first.pictured();
  pass(3);
  first.media();
  pass(4);
  assert.deepEqual(ran, [1, 2, 3, 4]);
});

Deno.test('a playhead that stands or jumps to the beginning shows no picture yet; one that moves does', () => {
  const { first, ran, pass } = start();
  first.media();
  pass(1);
  const at = (decodeTimeUs: number) => first.playhead({ decodeTimeUs, bufferedUntilUs: 2e6, playing: true });
  at(0);
  at(5_000_000);
  at(5_000_000);
  assert.deepEqual(ran, []);
  at(5_040_000);
  assert.deepEqual(ran, [1]);
});

Deno.test('while there is no media nothing waits: it has to come from peers', () => {
  const { ran, pass } = start();
  pass(1);
  assert.deepEqual(ran, [1]);
});

Deno.test('a page that shows no picture connects all the same', async () => {
  const { first, ran, pass } = start();
  first.media();
  pass(1);
  await new Promise((resolve) => setTimeout(resolve, MOST_MS + 50));
  assert.deepEqual(ran, [1]);
});
