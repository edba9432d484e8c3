import { expect, test } from 'vitest';
import { householdOf, nearness, type Place, witnessGroup } from './place.ts';

const at = (more: Partial<Place>): Place => ({ address: '', network: '', country: '', region: '', ...more });

test('a household is an IPv4 address, or the first 64 bits of an IPv6 one', () => {
  expect(householdOf('203.0.113.7')).toBe('203.0.113.7');
  expect(householdOf('2001:db8:1:2:aaaa::1')).toBe(householdOf('2001:db8:1:2::ffff'));
  expect(householdOf('2001:0db8:0001:0002::1')).toBe(householdOf('2001:db8:1:2:3:4:5:6'));
  expect(householdOf('2001:db8:1:2::1')).not.toBe(householdOf('2001:db8:1:3::1'));
  expect(householdOf('::ffff:203.0.113.7')).toBe('203.0.113.7');
  expect(householdOf('::1')).toBe(householdOf('0:0:0:0:9::'));
});

test('nearness goes from the household outwards, and unknown is near to nothing', () => {
  const home = at({ address: '203.0.113.7', network: 'AS1', country: 'NL', region: 'EU' });
  expect(nearness(home, { ...home })).toBe('lan');
  expect(nearness(home, { ...home, address: '203.0.113.8' })).toBe('network');
  expect(nearness(home, { ...home, address: '', network: 'AS2' })).toBe('country');
  expect(nearness(home, at({ region: 'EU' }))).toBe('region');
  expect(nearness(home, at({ region: 'AS' }))).toBe('far');
  expect(nearness(at({}), at({}))).toBe('far');
});

test('witnesses of one network, or of neighbouring addresses, are one witness', () => {
  expect(witnessGroup(at({ address: '203.0.113.7' }))).toBe(witnessGroup(at({ address: '203.0.113.200' })));
  expect(witnessGroup(at({ address: '203.0.113.7' }))).not.toBe(witnessGroup(at({ address: '203.0.114.7' })));
  expect(witnessGroup(at({ address: '2001:db8:1:2::1' }))).toBe(
    witnessGroup(at({ address: '2001:db8:1:9::1' })),
  );
  expect(witnessGroup(at({ address: '203.0.113.7', network: 'AS1' }))).toBe(
    witnessGroup(at({ network: 'AS1' })),
  );
  expect(witnessGroup(at({ country: 'NL' }))).toBeUndefined();
});
