import { expect, test } from 'vitest';
import { DeviceSlots } from './device-slots.ts';

test('as many devices watch as the limit says, and another one when one has left', () => {
  const slots = new DeviceSlots();
  expect([slots.take('a', 2, 0, 100), slots.take('b', 2, 0, 100), slots.take('c', 2, 0, 100)])
    .toEqual([true, true, false]);
  expect(slots.release('a')).toBe(true);
  expect(slots.release('a')).toBe(false);
  expect(slots.take('c', 2, 0, 100)).toBe(true);
});

test('who holds a slot keeps it when it comes again, and it does not get shorter', () => {
  const slots = new DeviceSlots();
  slots.take('a', 1, 0, 1000);
  expect(slots.take('a', 1, 1, 10)).toBe(true);
  expect(slots.take('b', 1, 900, 10)).toBe(false);
});

test('a slot that nobody confirms ends', () => {
  const slots = new DeviceSlots([['a', 100]]);
  expect(slots.take('b', 1, 99, 50)).toBe(false);
  expect(slots.take('b', 1, 100, 50)).toBe(true);
  expect(slots.all).toEqual([['b', 150]]);
  expect(slots.endsAtMs).toBe(150);
});
