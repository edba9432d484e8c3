import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dealCap } from './box-cap.ts';

const of = (shares: Map<string, number | null>) => Object.fromEntries(shares);

test('live channels share the cap evenly, and what one leaves goes to the others', () => {
  expect(of(dealCap(9000, [{ name: 'a', capKbps: null }, { name: 'b', capKbps: null }]))).toEqual({
    a: 4500,
    b: 4500,
  });
  expect(of(dealCap(9000, [{ name: 'a', capKbps: null }, { name: 'b', capKbps: 1000 }]))).toEqual({
    a: 8000,
    b: 1000,
  });
  expect(of(dealCap(null, [{ name: 'a', capKbps: 1000 }]))).toEqual({ a: null });
});

test('no more is dealt than there is, and nobody gets more than its own cap', () => {
  const caps = fc.array(fc.option(fc.integer({ min: 1, max: 1_000_000 })), { minLength: 1, maxLength: 50 });
  fc.assert(fc.property(fc.integer({ min: 100, max: 10_000_000 }), caps, (boxKbps, given) => {
    const claimants = given.map((capKbps, i) => ({ name: `c${i}`, capKbps }));
    const shares = [...dealCap(boxKbps, claimants)];
    const sum = shares.reduce((total, [, share]) => total + share!, 0);
    return sum <= Math.max(boxKbps, claimants.length) &&
      shares.every(([name, share]) =>
        share! <= (claimants.find((one) => one.name === name)!.capKbps ?? Infinity)
      );
  }));
});
