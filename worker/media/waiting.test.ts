import { expect, test } from 'vitest';
import { Waiting } from './waiting.ts';

test('a condition that holds is not waited for', async () => {
  expect(await new Waiting().until(() => true, 0)).toBe(true);
});

test('a wait ends as soon as its condition holds, and others go on', async () => {
  const waiting = new Waiting();
  let value = 0;
  const one = waiting.until(() => value >= 1, 60_000);
  const two = waiting.until(() => value >= 2, 60_000);
  value = 1;
  waiting.poke();
  expect(await one).toBe(true);
  expect(waiting.size).toBe(1);
  value = 2;
  waiting.poke();
  expect(await two).toBe(true);
  expect(waiting.size).toBe(0);
});

test('a wait that is over without its condition answers false and is forgotten', async () => {
  const waiting = new Waiting();
  expect(await waiting.until(() => false, 1)).toBe(false);
  expect(waiting.size).toBe(0);
});

test('those who ask for the same at once share one flight, later ones begin another', async () => {
  const waiting = new Waiting();
  let flights = 0;
  const work = () => Promise.resolve(++flights);
  expect(await Promise.all([waiting.share('a', work), waiting.share('a', work), waiting.share('b', work)]))
    .toEqual([1, 1, 2]);
  expect(await waiting.share('a', work)).toBe(3);
});

test('a flight that fails fails for all who share it, and not for those who come later', async () => {
  const waiting = new Waiting();
  const failing = () => Promise.reject(new Error('no'));
  const both = await Promise.allSettled([waiting.share('a', failing), waiting.share('a', failing)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await waiting.share('a', () => Promise.resolve(1))).toBe(1);
});
