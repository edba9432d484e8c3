import { expect, test } from 'vitest';
import { nothingCounted } from '../../protocol/stats.ts';
import type { PeerRow } from './seat.ts';
import { addressBy, visitOf } from './visit.ts';

const ROW: PeerRow = {
  id: '-SH0001-000000000001',
  identity: 'ab',
  key: 'k',
  expiresS: 0,
  sinceMs: 1000,
  place: { address: '203.0.113.77', network: 'AS64500', country: 'PL', region: 'EU' },
  uploadKbps: 2000,
  track: 0,
  nat: 'unknown',
  device: 'tv',
  seed: false,
  bridge: false,
  browser: 'Chrome 141',
};

test('a masked address is that of a neighbourhood: IPv4 without its last byte, IPv6 by its first 48 bits', () => {
  const masked = (address: string) => addressBy('masked', address);
  expect(masked('203.0.113.77')).toBe('203.0.113.0');
  expect(masked('::ffff:203.0.113.77')).toBe('203.0.113.0');
  expect(masked('2001:db8:12:34:5678:9abc:def0:1')).toBe('2001:db8:12::');
  expect(masked('2001:db8::77')).toBe('2001:db8::');
  expect(masked('fe80::1')).toBe('fe80::');
  expect(masked('::1')).toBe('::');
  expect(masked('')).toBe('');
});

test("a channel's policy decides whether a visit's address is masked, left out or whole", () => {
  const kept = (['masked', 'none', 'full'] as const).map((policy) => visitOf(ROW, policy, 9000).address);
  expect(kept).toEqual(['203.0.113.0', '', '203.0.113.77']);
});

test('a visit of somebody who never reported has its times and who it was, and nothing counted', () => {
  expect(visitOf(ROW, 'masked', 9000)).toEqual({
    peerId: ROW.id,
    viewer: '',
    address: '203.0.113.0',
    network: 'AS64500',
    country: 'PL',
    device: 'tv',
    browser: 'Chrome 141',
    in: 1000,
    out: 9000,
    ...nothingCounted(),
    startupMs: null,
    lease: '',
  });
});

test("a token's viewer id goes before the device id", () => {
  const deviceId = 'device-1';
  expect(visitOf({ ...ROW, deviceId }, 'masked', 9000).viewer).toBe('device-1');
  const right = { subject: 'anna', lease: 'l1' } as PeerRow['right'];
  expect(visitOf({ ...ROW, deviceId, right }, 'masked', 9000)).toMatchObject({ viewer: 'anna', lease: 'l1' });
});
