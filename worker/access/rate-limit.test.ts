import { expect, test } from 'vitest';
import { householdOf } from '../swarm/place.ts';
import { RateLimit } from './rate-limit.ts';

test('an address may do it so often, and again after a while', () => {
  const limit = new RateLimit(2, 1);
  const take = (nowMs: number) => limit.take('192.0.2.1', nowMs);
  expect([take(0), take(0), take(0)]).toEqual([true, true, false]);
  expect([take(1000), take(1000)]).toEqual([true, false]);
});

test('addresses do not disturb each other, but those of one IPv6 /64 are one', () => {
  const limit = new RateLimit(1, 0);
  expect(limit.take('192.0.2.1', 0)).toBe(true);
  expect(limit.take('192.0.2.2', 0)).toBe(true);
  const of = (address: string) => limit.take(householdOf(address), 0);
  expect(of('2001:db8:1:2::1')).toBe(true);
  expect(of('2001:db8:1:2:ffff::9')).toBe(false);
  expect(of('2001:db8:1:3::1')).toBe(true);
});

test('an address that is not known is not limited: everybody would be the same one', () => {
  const limit = new RateLimit(1, 0);
  for (let i = 0; i < 10; i++) expect(limit.take('', 0)).toBe(true);
});

test('the number of addresses remembered is bounded', () => {
  const limit = new RateLimit(1, 0);
  const address = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
  for (let n = 0; n <= 10_000; n++) limit.take(address(n), 0);
  expect(limit.take(address(0), 0), 'the first one is forgotten').toBe(true);
  expect(limit.take(address(10_000), 0)).toBe(false);
});
