import { expect, test } from 'vitest';
import { ASK_AGAIN_MS, MAX_ASKED, Wants } from './wants.ts';

test('a piece is asked for once, however many need it, until an answer is overdue', () => {
  const wants = new Wants();
  expect(wants.ask([1, 2], 0)).toEqual([1, 2]);
  expect(wants.ask([2, 3], 100)).toEqual([3]);
  expect(wants.ask([1, 2, 3], ASK_AGAIN_MS)).toEqual([1, 2]);
});

test('what the origin does not have is not asked for again, until another link comes', () => {
  const wants = new Wants();
  wants.ask([1, 2], 0);
  wants.missing([1]);
  expect(wants.isMissing(1)).toBe(true);
  expect(wants.areSettled([1])).toBe(true);
  expect(wants.areSettled([1, 2])).toBe(false);
  expect(wants.ask([1], 10_000)).toEqual([]);
  wants.clear();
  expect(wants.ask([1], 10_000)).toEqual([1]);
});

test('a piece that came may be asked for again at once, should it leave the window', () => {
  const wants = new Wants();
  wants.ask([1], 0);
  wants.arrived(1);
  expect(wants.ask([1], 1)).toEqual([1]);
});

test('one question names no more than the protocol allows, and memory is bounded', () => {
  const wants = new Wants();
  const many = Array.from({ length: 20_000 }, (_, i) => i);
  expect(wants.ask(many, 0).length).toBe(MAX_ASKED);
  wants.missing(many);
  expect(wants.isMissing(0)).toBe(false);
  expect(wants.isMissing(19_999)).toBe(true);
});
