import assert from 'node:assert/strict';
import { Emitter } from './emitter.ts';

Deno.test('listeners hear what is told until they are taken off', () => {
  const emitter = new Emitter<{ count: number }>();
  const heard: number[] = [];
  const off = emitter.on('count', (count) => heard.push(count));
  emitter.emit('count', 1);
  off();
  emitter.emit('count', 2);
  assert.deepEqual(heard, [1]);
});

Deno.test('a listener that throws is reported and hurts no other', () => {
  const emitter = new Emitter<{ count: number }>();
  const heard: number[] = [];
  const reported: unknown[] = [];
  const { error } = console;
  console.error = (...what) => reported.push(what);
  try {
    emitter.on('count', () => {
      throw new Error('listener');
    });
    emitter.on('count', (count) => heard.push(count));
    emitter.emit('count', 1);
  } finally {
    console.error = error;
  }
  assert.deepEqual([heard, reported.length], [[1], 1]);
});
