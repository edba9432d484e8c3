import { expect, test } from 'vitest';
import { LeaseSeats } from './lease-seats.ts';
import type { PeerRow } from './seat.ts';

function rows(...leases: (string | undefined)[]): PeerRow[] {
  return leases.map((lease, i) => ({ id: `p${i}`, right: lease ? { lease } : {} }) as PeerRow);
}

test('viewers of a lease that is not known are refused, all others are not', () => {
  const seats = new LeaseSeats();
  expect(seats.refusal('l1', 'x', [])).toBe('lease-ended');
  expect(seats.refusal(undefined, 'x', [])).toBeUndefined();
  seats.shares = { l1: null, l2: 'spent' };
  expect(seats.refusal('l1', 'x', rows('l1', 'l1'))).toBeUndefined();
  expect(seats.refusal('l2', 'x', [])).toBe('quota-reached');
  expect([seats.end('l1'), seats.end('l2'), seats.end('l3'), seats.end(undefined)]).toEqual([
    undefined,
    'quota-reached',
    'lease-ended',
    undefined,
  ]);
});

test('a shard seats its share of a quota and no more, and a peer that comes back is not in its own way', () => {
  const seats = new LeaseSeats();
  seats.shares = { l1: 2 };
  expect(seats.refusal('l1', 'x', rows('l1', undefined, 'l2'))).toBeUndefined();
  expect(seats.refusal('l1', 'x', rows('l1', 'l1'))).toBe('quota-reached');
  expect(seats.refusal('l1', 'p1', rows('l1', 'l1'))).toBeUndefined();
});

test('the roll-up counts who sits there, and who joined once', () => {
  const seats = new LeaseSeats();
  for (const lease of ['l1', 'l1', undefined]) seats.joined(lease);
  expect(seats.take(rows('l1', undefined))).toEqual({ l1: { viewers: 1, joined: 2 } });
  expect(seats.take(rows())).toEqual({});
});
