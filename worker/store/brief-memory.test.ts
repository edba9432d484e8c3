import { expect, test } from 'vitest';
import { BriefMemory } from './brief-memory.ts';

test('a value is asked for once in its time, however many want it', async () => {
  let nowMs = 0;
  let asked = 0;
  const memory = new BriefMemory<number>({ ttlMs: 1000, now: () => nowMs });
  const ask = () => Promise.resolve(++asked);
  expect(await Promise.all([memory.get('a', ask), memory.get('a', ask)])).toEqual([1, 1]);
  nowMs = 999;
  expect(await memory.get('a', ask)).toBe(1);
  nowMs = 1000;
  expect(await memory.get('a', ask)).toBe(2);
  expect(await memory.get('b', ask)).toBe(3);
});

test('a failure is not remembered', async () => {
  const memory = new BriefMemory<number>({ ttlMs: 1000, now: () => 0 });
  await expect(memory.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await memory.get('a', () => Promise.resolve(1))).toBe(1);
});

test('what another isolate put on the shelf is taken from there', async () => {
  const shelf = new Map<string, number>();
  const options = {
    ttlMs: 1000,
    now: () => 0,
    shelf: {
      get: (name: string) => Promise.resolve(shelf.get(name)),
      put: (name: string, value: number) => Promise.resolve(void shelf.set(name, value)),
    },
  };
  expect(await new BriefMemory<number>(options).get('a', () => Promise.resolve(1))).toBe(1);
  expect(await new BriefMemory<number>(options).get('a', () => Promise.resolve(2))).toBe(1);
});

test('the number of names held is bounded', async () => {
  let asked = 0;
  const memory = new BriefMemory<number>({ ttlMs: 1000, now: () => 0 });
  const ask = () => Promise.resolve(++asked);
  for (let i = 0; i <= 1000; i++) await memory.get(`name ${i}`, ask);
  expect(await memory.get('name 0', ask)).toBe(1002);
  expect(await memory.get('name 1000', ask)).toBe(1001);
});
